// Chromium asks for a place to save to, which no test can choose.
window.showSaveFilePicker = async () => {
  const folder = await navigator.storage.getDirectory();
  window.chosen = folder.getFileHandle("chosen", { create: true });
  return window.chosen;
};
