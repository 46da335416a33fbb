// What axe finds against WCAG 2.2, levels A and AA: rule, element and why, a sentence each.
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false });
return found.violations.flatMap(({ id, help, nodes }) =>
  nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.flat(9).join(" ")}: ${failureSummary.replace(/\s+/g, " ")}`));
