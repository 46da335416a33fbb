// Whatever sticks out of the window to a side, or whose text is cut off without a sign of it. Two frames: one for the new size,
// one for what the app draws into it.
for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
const name = (element) => `${element.localName}.${element.className}: ${(element.ariaLabel ?? element.innerText ?? "").slice(0, 40)}`;
const scrolls = (element) => element.closest(".chips, .bar-scrolls, pre, textarea, [data-scrolls]");
const found = [];
if (document.scrollingElement.scrollWidth > innerWidth) found.push(`the page is ${document.scrollingElement.scrollWidth} wide`);
for (const pane of document.querySelectorAll(".pane, dialog[open]")) {
  if (pane.offsetParent !== null && pane.scrollWidth > pane.clientWidth + 1) found.push(`${name(pane)} is ${pane.scrollWidth} wide`);
}
for (const element of document.querySelectorAll("button, a, input, select, h1, h2, label")) {
  const { left, right, width } = element.getBoundingClientRect();
  if (width === 0 || element.closest(".hush") || scrolls(element) || !element.checkVisibility({ opacityProperty: true })) continue;
  if (left < -1 || right > innerWidth + 1) found.push(`${name(element)} reaches from ${left} to ${right}`);
}
for (const button of document.querySelectorAll("button, .pill")) {
  const style = getComputedStyle(button);
  if (button.scrollWidth > button.clientWidth + 1 && style.textOverflow !== "ellipsis" && button.checkVisibility()) {
    found.push(`${name(button)} is ${button.scrollWidth} wide in ${button.clientWidth}`);
  }
}
return found;
