// A peer that does what no good peer does: just enough of the protocols, and the parts that tests tell it to play.

const BLOCK = 16 * 1024;
const CHOKE = 0, UNCHOKE = 1, INTERESTED = 2, REQUEST = 6, PIECE = 7, HAVE_ALL = 14, HAVE_NONE = 15, EXTENDED = 20;
const UT_METADATA = 1;

// --- Bytes. Trackers write them as strings of one character for each byte.

const binary = (bytes) => String.fromCharCode(...bytes);
const bytesOf = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const join = (...parts) => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
};
const numbers = (...values) => {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => view.setUint32(4 * index, value));
  return new Uint8Array(view.buffer);
};

/** What comes in, for whoever waits for it. */
class Queue {
  #waiting = [];
  #items = [];

  push(item) {
    const waiting = this.#waiting.shift();
    waiting ? waiting(item) : this.#items.push(item);
  }

  next() {
    return this.#items.length ? this.#items.shift() : new Promise((resolve) => this.#waiting.push(resolve));
  }
}

// --- Meeting others.

/** One torrent at one tracker. */
class Swarm {
  offers = new Queue();
  #answers = new Queue();
  #peerId = binary(random(20));

  static async join(tracker, infoHash) {
    const swarm = new Swarm();
    swarm.infoHash = infoHash;
    swarm.socket = new WebSocket(tracker);
    await new Promise((resolve, reject) => Object.assign(swarm.socket, { onopen: resolve, onerror: reject }));
    swarm.socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.offer) swarm.offers.push(message);
      if (message.answer) swarm.#answers.push(message);
    };
    return swarm;
  }

  #say(message) {
    const names = { action: "announce", info_hash: binary(bytesOfHex(this.infoHash)), peer_id: this.#peerId };
    this.socket.send(JSON.stringify({ ...names, left: BLOCK, uploaded: 0, downloaded: 0, ...message }));
  }

  /** Waits for offers, and makes none. */
  listen(left = 0) {
    this.#say({ event: "started", left, numwant: 0, offers: [] });
  }

  /** Offers a connection to somebody, and waits until it is open. */
  async reach(alter = (sdp) => sdp) {
    const pc = new RTCPeerConnection();
    const channel = pc.createDataChannel("scripted");
    await pc.setLocalDescription(await pc.createOffer());
    await gathered(pc);
    const offer = { type: "offer", sdp: alter(pc.localDescription.sdp) };
    this.#say({ event: "started", numwant: 1, offers: [{ offer, offer_id: binary(random(20)) }] });
    await pc.setRemoteDescription((await this.#answers.next()).answer);
    return Peer.open(pc, channel);
  }

  /** Answers an offer, and hands over the channel when it is there. */
  async answer({ offer, offer_id, peer_id }, { hears = (sdp) => sdp, says = (sdp) => sdp } = {}) {
    const pc = new RTCPeerConnection();
    const channel = new Promise((resolve) => (pc.ondatachannel = (event) => resolve(event.channel)));
    await pc.setRemoteDescription({ type: "offer", sdp: hears(offer.sdp) });
    await pc.setLocalDescription(await pc.createAnswer());
    await gathered(pc);
    const answer = { type: "answer", sdp: says(pc.localDescription.sdp) };
    this.#say({ answer, offer_id, to_peer_id: peer_id });
    return { pc, channel };
  }

  /** Waits for an offer and for the connection that comes of it. */
  async isReached() {
    const { pc, channel } = await this.answer(await this.offers.next());
    return Peer.open(pc, await channel);
  }
}

function bytesOfHex(hex) {
  return Uint8Array.fromHex(hex);
}

function gathered(pc) {
  return new Promise((resolve) => {
    const look = () => pc.iceGatheringState === "complete" && resolve();
    pc.onicegatheringstatechange = look;
    look();
  });
}

// --- Talking to one of them.

/** The other end of an open channel. */
class Peer {
  messages = new Queue();
  closed = new Promise((resolve) => (this.isClosed = resolve));
  largestFrame = 0;
  #bytes = new Uint8Array();

  static async open(pc, channel) {
    const peer = new Peer();
    Object.assign(peer, { pc, channel });
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }) => peer.#take(new Uint8Array(data));
    channel.onclose = () => peer.isClosed(true);
    if (channel.readyState !== "open") await new Promise((resolve) => (channel.onopen = resolve));
    return peer;
  }

  #take(frame) {
    this.largestFrame = Math.max(this.largestFrame, frame.length);
    this.#bytes = join(this.#bytes, frame);
    while (this.#bytes.length >= 4) {
      const view = new DataView(this.#bytes.buffer);
      // The handshake begins with the length of its name, all else with a length of four bytes.
      const isHandshake = this.#bytes[0] === 19;
      const length = isHandshake ? 68 : 4 + view.getUint32(0);
      if (this.#bytes.length < length) return;
      const message = this.#bytes.slice(isHandshake ? 0 : 4, length);
      this.#bytes = this.#bytes.slice(length);
      if (isHandshake) this.messages.push({ handshake: message });
      else if (message.length) this.messages.push({ id: message[0], payload: message.slice(1) });
    }
  }

  send(...parts) {
    this.channel.send(join(...parts));
  }

  say(id, ...payload) {
    const body = join(Uint8Array.of(id), ...payload);
    this.send(numbers(body.length), body);
  }

  async shakeHands(infoHash, extended = "d1:md11:ut_metadatai1eee") {
    const reserved = Uint8Array.of(0, 0, 0, 0, 0, 0x10, 0, 0x04);
    this.send(Uint8Array.of(19), bytesOf("BitTorrent protocol"), reserved, bytesOfHex(infoHash), bytesOf("-XX0001-"), random(12));
    await this.messages.next();
    this.say(EXTENDED, Uint8Array.of(0), bytesOf(extended));
  }

  /** What happens first: the next message that `pick` finds something in, or the end, which is `undefined`. */
  async hears(pick) {
    for (;;) {
      const message = await Promise.race([this.messages.next(), this.closed]);
      if (message === true) return undefined;
      const found = pick(message);
      if (found !== undefined) return found;
    }
  }
}

// --- Parts to play.

/** What the last download brought. */
const memo = {};

const numberIn = (bytes, key) => Number(binary(bytes).match(new RegExp(`${key.length}:${key}i(\\d+)e`))[1]);
const word = (payload, index) => new DataView(payload.buffer).getUint32(4 * index);

/** Downloads the memo from whoever has it, and keeps it. */
async function download(tracker, infoHash, alter) {
  const swarm = await Swarm.join(tracker, infoHash);
  const peer = await swarm.reach(alter);
  await peer.shakeHands(infoHash);

  let metadataSize, unchoked = false, asked = false, missing = Infinity;
  const metadata = new Map();
  const complete = await peer.hears(({ id, payload }) => {
    if (id === UNCHOKE) unchoked = true;
    if (id === EXTENDED && payload[0] === 0) {
      metadataSize = numberIn(payload, "metadata_size");
      for (let piece = 0; piece * BLOCK < metadataSize; piece++) {
        peer.say(EXTENDED, Uint8Array.of(numberIn(payload, "ut_metadata")), bytesOf(`d8:msg_typei0e5:piecei${piece}ee`));
      }
      peer.say(INTERESTED);
    }
    if (id === EXTENDED && payload[0] === UT_METADATA) {
      const [head, piece] = binary(payload.slice(1, 60)).match(/^d8:msg_typei1e5:piecei(\d+)e10:total_sizei\d+ee/);
      metadata.set(Number(piece), payload.slice(1 + head.length));
    }
    if (id === PIECE) {
      memo.bytes.set(payload.slice(8), word(payload, 0) * memo.pieceLength + word(payload, 1));
      missing -= payload.length - 8;
    }
    if (unchoked && !asked && metadata.size === Math.ceil(metadataSize / BLOCK)) {
      asked = true;
      memo.info = join(...[...metadata.keys()].sort((a, b) => a - b).map((piece) => metadata.get(piece)));
      memo.pieceLength = numberIn(memo.info, "piece length");
      missing = numberIn(memo.info, "length");
      memo.bytes = new Uint8Array(missing);
      for (let at = 0; at < missing; at += BLOCK) {
        const [piece, begin] = [Math.floor(at / memo.pieceLength), at % memo.pieceLength];
        peer.say(REQUEST, numbers(piece, begin, Math.min(BLOCK, missing - at)));
      }
    }
    return missing === 0 ? true : undefined;
  });
  if (!complete) throw new Error("the channel closed before the memo was here");
  peer.pc.close();
  swarm.socket.close();
  return { base64: memo.bytes.toBase64(), largestFrame: peer.largestFrame };
}

/** Tells whoever asks that everything is here, hands out the metadata, and as many blocks as it was told. */
async function serve(peer, infoHash, blocks) {
  await peer.shakeHands(infoHash, `d1:md11:ut_metadatai1ee13:metadata_sizei${memo.info.length}ee`);
  peer.say(blocks ? HAVE_ALL : HAVE_NONE);
  if (blocks) peer.say(UNCHOKE);
  let theirs, served = 0, sentMetadata = 0;
  return peer.hears(({ id, payload }) => {
    if (id === EXTENDED && payload[0] === 0) theirs = numberIn(payload, "ut_metadata");
    if (id === EXTENDED && payload[0] === UT_METADATA) {
      const piece = numberIn(payload, "piece");
      const head = `d8:msg_typei1e5:piecei${piece}e10:total_sizei${memo.info.length}ee`;
      const part = memo.info.slice(piece * BLOCK, (piece + 1) * BLOCK);
      peer.say(EXTENDED, Uint8Array.of(theirs), bytesOf(head), part);
      sentMetadata += part.length;
      if (!blocks && sentMetadata >= memo.info.length) return "metadata";
    }
    if (id === REQUEST && blocks) {
      const at = word(payload, 0) * memo.pieceLength + word(payload, 1);
      const block = memo.bytes.slice(at, at + word(payload, 2));
      const message = join(numbers(9 + block.length), Uint8Array.of(PIECE), payload.slice(0, 8), block);
      if (served++ < blocks) {
        peer.send(message);
      } else {
        peer.send(message.slice(0, message.length / 2));
        return "half a piece";
      }
    }
  });
}

/** Lets everything that was sent leave, and then closes. */
async function hangUp(peer) {
  while (peer.channel.bufferedAmount) await new Promise((resolve) => setTimeout(resolve, 10));
  peer.channel.close();
  await peer.closed;
  peer.pc.close();
}

window.parts = {
  download: (tracker, infoHash) => download(tracker, infoHash),

  /** As `download`, from somebody who was told these limits of a message; `null` leaves the line out. */
  downloadIn: (tracker, infoHash, maxMessageSize) => {
    const line = maxMessageSize === null ? "" : `a=max-message-size:${maxMessageSize}\r\n`;
    return download(tracker, infoHash, (sdp) => sdp.replace(/a=max-message-size:\d+\r\n/, line));
  },

  /** Says in words what should be said in bytes, before the handshake and after it. */
  async sayText(tracker, infoHash) {
    const swarm = await Swarm.join(tracker, infoHash);
    const rude = await swarm.reach();
    rude.channel.send("Good morning! 🎙️");
    const late = await swarm.reach();
    await late.shakeHands(infoHash);
    late.channel.send("And good night.");
    late.channel.send("");
    window.rude = [rude, late];
  },

  /** Serves so many blocks and half of another one, and is gone. */
  async leaveMidPiece(tracker, infoHash, blocks) {
    const swarm = await Swarm.join(tracker, infoHash);
    swarm.listen();
    const peer = await swarm.isReached();
    const left = await serve(peer, infoHash, blocks);
    swarm.socket.close();
    await hangUp(peer);
    return left;
  },

  /** Gives the metadata to one device, no more, and is gone. */
  async tellOne(tracker, infoHash) {
    const swarm = await Swarm.join(tracker, infoHash);
    const peer = await swarm.reach();
    const left = await serve(peer, infoHash, 0);
    swarm.socket.close();
    await hangUp(peer);
    return left;
  },

  /** Answers an offer as if it were somewhere that cannot be reached, and hears nothing of where the other one is. */
  async answerFromNowhere(tracker, infoHash) {
    const swarm = await Swarm.join(tracker, infoHash);
    swarm.listen();
    const hears = (sdp) => sdp.replace(/a=candidate:.*\r\n/g, "");
    // A port beyond those that systems give out: nobody is there.
    const says = (sdp) => sdp.replace(/^(a=candidate:\S+ \d+ udp \d+ \S+) \d+ /gm, "$1 65535 ");
    await swarm.answer(await swarm.offers.next(), { hears, says });
  },
};
window.ready = true;
