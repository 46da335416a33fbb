// What does not fit on the screen, a sentence each: controls and words that cannot be seen whole, wherever one scrolls.
// Three frames first: for the new size, for what the app draws into it, and for what it measures then.
for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
// What is on its way to its place is looked at when it is there.
const moving = document.getAnimations().filter((animation) => animation.effect.getComputedTiming().endTime < Infinity);
await Promise.all(moving.map((animation) => animation.finished.catch(() => {})));
const found = new Set();
const root = [...document.querySelectorAll("dialog:modal")].pop() ?? document.body;
const name = (element) => {
  const words = (element.ariaLabel || element.textContent || element.placeholder || "").trim().replace(/\s+/g, " ");
  return `${[element.localName, ...element.classList].join(".")} “${words.slice(0, 40)}”`;
};
const scrolls = (overflow) => overflow === "auto" || overflow === "scroll";
const clips = (overflow) => overflow === "hidden" || overflow === "clip";
const is_shown = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".hush, [inert]");

// Where a box cannot be seen, beginning with the element that may cut it. What can be scrolled to is seen.
const hidden = (rect, from, is_text) => {
  const box = { left: rect.left, right: rect.right, top: rect.top, bottom: rect.bottom };
  let moves = true;
  for (let element = from; element && element !== document.documentElement; element = element.parentElement) {
    const style = getComputedStyle(element);
    const frame = element.getBoundingClientRect();
    if (scrolls(style.overflowX)) [box.left, box.right] = [frame.left, frame.right];
    else if (clips(style.overflowX) && (box.left < frame.left - 1 || box.right > frame.right + 1)) {
      // A sign that there is more, and room for a few letters before it.
      if (!is_text || style.textOverflow !== "ellipsis") return `cut off at the side by ${name(element)}`;
      if (frame.width < 24) return `left ${Math.round(frame.width)} px by ${name(element)}`;
      [box.left, box.right] = [frame.left, frame.right];
    }
    if (scrolls(style.overflowY)) [box.top, box.bottom] = [frame.top, frame.bottom];
    else if (clips(style.overflowY) && (box.top < frame.top - 2 || box.bottom > frame.bottom + 2)) {
      return `cut off above or below by ${name(element)}`;
    }
    // Dialogs are fixed, too.
    moves = style.position !== "fixed";
    if (!moves) break;
  }
  const page = document.documentElement;
  if (box.left < -1 || box.right > innerWidth + 1) return `outside of the window: ${Math.round(box.left)} to ${Math.round(box.right)}`;
  const reaches = moves ? page.scrollHeight : innerHeight;
  if (box.top < -1 || box.bottom > reaches + 1) return `below or above the window: ${Math.round(box.top)} to ${Math.round(box.bottom)}`;
  return null;
};

if (document.documentElement.scrollWidth > innerWidth) found.add(`the page is ${document.documentElement.scrollWidth} px wide`);
for (const box of root.querySelectorAll("*")) {
  // A line of chips, and the lines of a text field, may be moved by themselves.
  if (box.matches("textarea, .chips") || !is_shown(box) || !scrolls(getComputedStyle(box).overflowX)) continue;
  if (box.scrollWidth > box.clientWidth + 1) found.add(`${name(box)} scrolls sideways: ${box.scrollWidth} px in ${box.clientWidth}`);
}
for (const control of root.querySelectorAll("button, a[href], input, select, textarea, summary")) {
  const rect = control.getBoundingClientRect();
  if (!is_shown(control) || !rect.width || !rect.height) continue;
  const why = hidden(rect, control.parentElement, false);
  if (why) found.add(`${name(control)} is ${why}`);
}
const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || element.closest("script, style, noscript, select, textarea") || !is_shown(element)) continue;
  const range = document.createRange();
  range.selectNodeContents(texts.currentNode);
  const control = element.closest("button, .pill, .chip, kbd");
  const edge = control?.getBoundingClientRect();
  for (const rect of range.getClientRects()) {
    if (rect.width < 1) continue;
    const sticks_out = edge && getComputedStyle(control).display !== "inline" && !clips(getComputedStyle(element).overflowX) &&
      (rect.left < edge.left - 1 || rect.right > edge.right + 1 || rect.top < edge.top - 2 || rect.bottom > edge.bottom + 2);
    const why = sticks_out ? `wider or taller than its button` : hidden(rect, element, true);
    if (why) found.add(`the words of ${name(element)} are ${why}`);
  }
}
return [...found];
