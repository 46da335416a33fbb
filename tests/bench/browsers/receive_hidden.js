// Begins once the tab has been hidden for as long as Chromium takes to slow its timers down.
const offered = arguments[0];
window.receivedHidden = (async () => {
  while (!document.hidden) await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
  let seen = false;
  document.addEventListener("visibilitychange", () => { seen ||= !document.hidden; });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  return { ...(await receiveAt(offered, 0)), hidden: document.hidden && !seen };
})();
