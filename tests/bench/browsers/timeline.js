// Notes when each step of a transfer happens. Costs time itself, so nothing is compared while it is there.
(() => {
  const noted = [];
  const times = {};
  const latest = {};
  const stamp = () => performance.timeOrigin + performance.now();
  const note = (what) => noted.push([what, stamp()]);
  const once = (what) => {
    if (!(what in times)) note(what);
    times[what] = (times[what] ?? 0) + 1;
  };
  const firstAndLast = (what) => {
    once(`first ${what}`);
    latest[`last ${what}`] = stamp();
  };
  window.marks = () =>
    [...noted, ...Object.entries(latest)]
      .map(([what, at]) => ({ what, at, times: times[what] ?? 1 }))
      .sort((one, other) => one.at - other.at);

  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...all) {
      super(...all);
      note("socket made");
      this.addEventListener("open", () => note("socket open"));
      this.addEventListener("message", ({ data }) => {
        const said = typeof data === "string" ? JSON.parse(data) : {};
        note(said.offer ? "offer in" : said.answer ? "answer in" : "announce reply in");
      });
    }
    send(data) {
      const said = typeof data === "string" ? JSON.parse(data) : {};
      note(said.answer ? "answer out" : `announce out, ${said.offers?.length ?? 0} offers`);
      super.send(data);
    }
  };

  const names = {
    0: "choke", 1: "unchoke", 2: "interested", 3: "not interested", 4: "have", 5: "bitfield", 6: "request", 7: "piece",
    14: "have all", 15: "have none", 20: "extended",
  };
  const HANDSHAKE_BYTES = 68;
  // Cuts a stream of chunks into messages and notes their kinds.
  const reader = (way) => {
    let rest = new Uint8Array(0);
    let skip = 0;
    let shook = false;
    return (chunk) => {
      if (skip >= chunk.length) {
        skip -= chunk.length;
        return;
      }
      const bytes = new Uint8Array(rest.length + chunk.length - skip);
      bytes.set(rest);
      bytes.set(chunk.subarray(skip), rest.length);
      skip = 0;
      let at = 0;
      if (!shook && bytes.length >= HANDSHAKE_BYTES) {
        at = HANDSHAKE_BYTES;
        shook = true;
        note(`handshake ${way}`);
      }
      while (shook && bytes.length - at >= 5) {
        const length = new DataView(bytes.buffer, at).getUint32(0);
        if (length > 0) {
          const id = bytes[at + 4];
          const what = id === 20 ? `extended ${bytes[at + 5] === 0 ? "handshake" : "message"}` : (names[id] ?? `message ${id}`);
          firstAndLast(`${what} ${way}`);
        }
        at += 4 + length;
      }
      skip = Math.max(0, at - bytes.length);
      rest = bytes.subarray(Math.min(at, bytes.length));
    };
  };
  const bytesOf = (data) => (data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const watch = (channel) => {
    const came = reader("in");
    const left = reader("out");
    const { send } = channel;
    channel.addEventListener("open", () => note("channel open"));
    channel.addEventListener("message", ({ data }) => {
      once("first message of the channel in");
      came(bytesOf(data));
    });
    channel.send = function (data) {
      left(bytesOf(data));
      return send.call(channel, data);
    };
  };
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    constructor(...all) {
      super(...all);
      once("connection made");
      this.addEventListener("datachannel", ({ channel }) => watch(channel));
      this.addEventListener("icecandidate", ({ candidate }) => firstAndLast(candidate ? "candidate" : "end of candidates"));
      this.addEventListener("iceconnectionstatechange", () => note(`ICE ${this.iceConnectionState}`));
    }
    createDataChannel(...all) {
      const channel = super.createDataChannel(...all);
      watch(channel);
      return channel;
    }
    setRemoteDescription(...all) {
      once("remote description");
      return super.setRemoteDescription(...all);
    }
  };

  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (stores, mode, ...more) {
    const made = transaction.call(this, stores, mode, ...more);
    const what = `${mode ?? "readonly"} ${[stores].flat().join("+")}`;
    firstAndLast(`begun ${what}`);
    made.addEventListener("complete", () => firstAndLast(`done ${what}`));
    return made;
  };
  for (const way of ["pushState", "replaceState"]) {
    const original = History.prototype[way];
    History.prototype[way] = function (state, title, url) {
      note(`${way} ${String(url).slice(0, 12)}`);
      return original.call(this, state, title, url);
    };
  }
})();
