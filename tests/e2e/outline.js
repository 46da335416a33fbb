// The page in words.
const audio = [...document.querySelectorAll("audio")].map((audio) =>
  `audio ${audio.currentSrc}: ${audio.currentTime} of ${audio.duration} s, ` +
  `${audio.paused ? "paused" : "playing"}, ready ${audio.readyState}, ${audio.error?.message ?? "no error"}`);
const states = [...document.querySelectorAll("[data-state]")].map((element) =>
  `${element.getAttribute("role") ?? element.localName} is ${element.dataset.state}: ${element.textContent}`);
return [location.href, document.body?.innerText.slice(0, 2000), ...states, ...audio].join("\n");
