// A tap on a link inside the running app. It has arrived when the app has moved on to the memo, which it does once all of it
// is verified and stored.
const [link] = arguments;
const arrived = new Promise((resolve) => {
  const replaceState = history.replaceState;
  history.replaceState = function (state, title, url) {
    replaceState.call(history, state, title, url);
    if (String(url).includes("/memo/")) resolve(performance.now());
  };
});
const anchor = document.createElement("a");
anchor.href = link;
document.body.append(anchor);
const began = performance.now();
anchor.click();
const ended = await arrived;
return { began, ended };
