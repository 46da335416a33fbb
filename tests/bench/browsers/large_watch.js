// Looks at the list as a person would: by the frames that show it.
(() => {
  let asked;
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...all) {
    asked ??= performance.now();
    return open.apply(this, all);
  };
  // A frame is drawn before a message that is sent from within it arrives.
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now());
    port2.postMessage(null);
  }));
  window.listIsUp = new Promise((resolve) => {
    const look = async () => {
      if (!document.querySelector("[aria-label=Memos] a")) return;
      observer.disconnect();
      resolve({ asked, at: await drawn() });
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
  });
  // Types a text letter by letter. How long each took until the frame with its answer was drawn.
  window.types = async (selector, text) => {
    const field = document.querySelector(selector);
    const value = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
    const took = [];
    for (let length = 1; length <= text.length; length += 1) {
      await drawn();
      const began = performance.now();
      value.set.call(field, text.slice(0, length));
      field.dispatchEvent(new Event("input", { bubbles: true }));
      took.push((await drawn()) - began);
    }
    return took;
  };
  // Scrolls as fast as a thumb does, and back once the end is reached.
  window.scrolls = async (seconds) => {
    const list = document.querySelector("[aria-label=Memos]");
    const scroller = list.parentElement;
    const seen = new Set();
    const frame = () => new Promise(requestAnimationFrame);
    const began = await frame();
    let [before, frames, slow, longest, way] = [began, 0, 0, 0, 90];
    while (before - began < seconds * 1000) {
      scroller.scrollTop += way;
      const now = await frame();
      frames += 1;
      if (now - before > 50) slow += 1;
      longest = Math.max(longest, now - before);
      before = now;
      for (const row of list.children) seen.add(row.ariaPosInSet);
    }
    return { frames, slow, longest, rows: seen.size };
  };
})();
