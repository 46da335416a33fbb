// Notes down, at every change of the page, where it is, which step it says it is at, and its words.
window.notedPages = [];
const note = () => {
  const states = [...document.querySelectorAll("[role=status][data-state]")].map((status) => `is ${status.dataset.state}`);
  const fields = [...document.querySelectorAll("input, textarea")].map((field) => field.value);
  const page = [location.pathname, ...states, document.body?.innerText, ...fields].join("\n");
  if (page !== window.notedPages.at(-1)) window.notedPages.push(page);
};
new MutationObserver(note).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
