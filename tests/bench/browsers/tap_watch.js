// When the tap came, when the page first showed that it had heard it, and when the recorder ran.
(() => {
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(null);
  }));
  let tapped;
  let recording;
  addEventListener("click", (event) => {
    tapped = event.timeStamp;
    const before = document.body.innerText;
    const look = async () => {
      while (document.body.innerText === before) await drawn();
      window.answered = (await drawn()) - tapped;
    };
    window.answeredOnce = look();
  }, { capture: true, once: true });
  window.records = new Promise((resolve) => { recording = resolve });
  const start = MediaRecorder.prototype.start;
  MediaRecorder.prototype.start = function (...all) {
    this.addEventListener("start", () => recording(performance.now() - tapped), { once: true });
    return start.apply(this, all);
  };
  window.tap = async () => {
    const records = await window.records;
    await window.answeredOnce;
    return { answered: window.answered, records };
  };
})();
