// The elements that may have the wanted role, as people see the page: not hidden, not behind a modal
// dialog. Those whose markup suggests the wanted name come first; the browser then tells the
// computed role and name of each.
const [role, name] = arguments;
const selectors = {
  alert: "[role=alert]",
  button: "button, [role=button], input[type=button], input[type=submit], summary",
  checkbox: "input[type=checkbox], [role=checkbox]",
  combobox: "select, [role=combobox]",
  dialog: "dialog[open], [role=dialog], [role=alertdialog]",
  file: "input[type=file]",
  image: "img, svg, canvas, [role=img], [role=image]",
  link: "a[href], [role=link]",
  list: "ul, ol, [role=list]",
  meter: "meter, [role=meter]",
  progressbar: "progress, [role=progressbar]",
  radiogroup: "fieldset, [role=radiogroup]",
  searchbox: "input[type=search], [role=searchbox]",
  slider: "input[type=range], [role=slider]",
  status: "[role=status], output",
  switch: "[role=switch]",
  textbox: "input:not([type]), input[type=text], input[type=url], textarea, [role=textbox], [contenteditable]",
  timer: "[role=timer]",
};
const modal = [...document.querySelectorAll("dialog:modal, [aria-modal=true]")].pop();
const suggests = (element) =>
  [element.getAttribute("aria-label"), element.title, element.alt, element.textContent,
    ...[...(element.labels ?? [])].map((label) => label.textContent)]
    .some((text) => text?.includes(name));
return [...document.querySelectorAll(selectors[role])]
  .filter((element) => !modal || modal.contains(element))
  .filter((element) => !element.closest("[inert], [aria-hidden=true]"))
  // People press the label of a file input; the input itself is often out of sight.
  .filter((element) => role === "file" || element.checkVisibility({ visibilityProperty: true }))
  .sort((one, other) => suggests(other) - suggests(one));
