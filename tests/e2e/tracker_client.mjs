// What the client of bittorrent-tracker does to a WebSocket tracker, as in its own tests, and what has to come of it.
//
//   node tracker_client.mjs <tracker URL>
//
// Says the name of each check that passed, and ends with an error at the first that did not.

import assert from "node:assert/strict";
import { once } from "node:events";
import { register } from "node:module";
import { fileURLToPath } from "node:url";

// No browser, so no WebRTC: descriptions are exchanged, connections are not made. The client is as it was published.
register("./webrtc_stub.mjs", import.meta.url);
const { default: Client } = await import("bittorrent-tracker");
const { default: WebSocket } = await import("ws");

const announce = process.argv[2];
const clients = [];
let number = 0;

function hex(prefix) {
  return prefix + String(++number).padStart(40 - prefix.length, "0");
}

function client(infoHash, options = {}) {
  const made = new Client({ infoHash, announce, peerId: hex("2d5757"), port: 6881, wrtc: {}, ...options });
  made.warnings = [];
  made.on("warning", (warning) => made.warnings.push(warning.message));
  made.on("error", (error) => assert.fail(error));
  clients.push(made);
  return made;
}

// What follows from an action, as a promise that is there before it.
async function after(client, event, action) {
  const happened = once(client, event);
  action();
  const [what] = await happened;
  return what;
}

function counts({ complete, incomplete }) {
  return { complete, incomplete };
}

const checks = {
  async "start, update, complete and stop are counted"() {
    const infoHash = hex("aa");
    const one = client(infoHash, { getAnnounceOpts: () => ({ left: 5 }) });
    const started = await after(one, "update", () => one.start({ testParam: "this is a test" }));
    assert.deepEqual(counts(started), { complete: 0, incomplete: 1 });
    assert.equal(started.announce, announce);
    assert.equal(started.infoHash, infoHash);
    assert.ok(started.interval >= 15, "an interval that can be kept");
    assert.deepEqual(counts(await after(one, "update", () => one.update())), { complete: 0, incomplete: 1 });
    one._getAnnounceOpts = () => ({ left: 0 });
    assert.deepEqual(counts(await after(one, "update", () => one.complete())), { complete: 1, incomplete: 0 });
    assert.deepEqual(counts(await after(one, "update", () => one.stop())), { complete: 0, incomplete: 0 });
    assert.deepEqual(one.warnings, []);
  },

  async "a scrape counts"() {
    const [infoHash, other, unknown] = [hex("bb"), hex("bb"), hex("bb")];
    const seeder = client(infoHash, { getAnnounceOpts: () => ({ left: 0 }) });
    const leecher = client(other, { getAnnounceOpts: () => ({ left: 9 }) });
    await after(seeder, "update", () => seeder.start());
    await after(leecher, "update", () => leecher.start());
    const own = await after(seeder, "scrape", () => seeder.scrape());
    assert.deepEqual([own.infoHash, own.complete, own.incomplete], [infoHash, 1, 0]);
    assert.equal(typeof own.downloaded, "number");
    const several = await new Promise((resolve, reject) => {
      const scraped = (error, data) => (error ? reject(error) : resolve(data));
      Client.scrape({ infoHash: [infoHash, other, unknown], announce, wrtc: {} }, scraped);
    });
    assert.deepEqual(counts(several[infoHash]), { complete: 1, incomplete: 0 });
    assert.deepEqual(counts(several[other]), { complete: 0, incomplete: 1 });
    assert.deepEqual(counts(several[unknown]), { complete: 0, incomplete: 0 });
  },

  async "an offer finds a peer, and its answer the way back"() {
    const infoHash = hex("cc");
    const [one, two] = [client(infoHash), client(infoHash)];
    await after(one, "update", () => one.start({ left: 0 }));
    const [offered, answered] = [once(one, "peer"), once(two, "peer")];
    two.start({ left: 5 });
    const [[to], [from]] = await Promise.all([offered, answered]);
    assert.equal(to.id, two.peerId, "the offer says who made it");
    assert.equal(from.id, one.peerId, "the answer says who gave it");
    assert.deepEqual([one.warnings, two.warnings], [[], []]);
  },

  async "numwant 1 brings one peer"() {
    const infoHash = hex("dd");
    const others = [client(infoHash), client(infoHash), client(infoHash)];
    for (const other of others) await after(other, "update", () => other.start({ left: 0, numwant: 0 }));
    const one = client(infoHash);
    const peers = [];
    one.on("peer", (peer) => peers.push(peer));
    await after(one, "peer", () => one.start({ left: 5, numwant: 1 }));
    // Replies come in order, so another peer would have come before this one.
    await after(one, "update", () => one.update({ left: 5, numwant: 0 }));
    assert.equal(peers.length, 1);
  },

  async "a peer that completes and stops is nobody's peer any more"() {
    const infoHash = hex("ee");
    const [one, two] = [client(infoHash), client(infoHash)];
    await after(one, "update", () => one.start({ left: 0, numwant: 0 }));
    await after(one, "update", () => one.stop());
    one.on("peer", () => assert.fail("it had left"));
    assert.deepEqual(counts(await after(two, "update", () => two.start({ left: 5 }))), { complete: 0, incomplete: 1 });
    await after(two, "update", () => two.update({ left: 5 }));
  },

  async "two torrents share a socket, and one may leave"() {
    const [one, two] = [client(hex("ff")), client(hex("ff"))];
    await after(one, "update", () => one.start({ left: 5 }));
    await after(two, "update", () => two.start({ left: 5 }));
    assert.equal(one._trackers[0].socket, two._trackers[0].socket);
    await new Promise((resolve) => one.destroy(resolve));
    clients.splice(clients.indexOf(one), 1);
    assert.deepEqual(counts(await after(two, "update", () => two.update({ left: 5 }))), { complete: 0, incomplete: 1 });
  },

  async "the offers of its own tests are no reason to refuse an announce"() {
    const one = client(hex("ab"));
    one._trackers[0]._generateOffers = (numwant, done) => {
      queueMicrotask(() => done(Array.from({ length: numwant }, (_, at) => ({ fake_offer: `fake_offer_${at}` }))));
    };
    const started = await after(one, "update", () => one.start({ left: 5 }));
    assert.deepEqual(counts(started), { complete: 0, incomplete: 1 });
    assert.deepEqual(one.warnings, []);
  },

  async "a bad infohash is answered with a reason, and the socket goes on"() {
    const socket = new WebSocket(announce);
    await once(socket, "open");
    const say = async (message) => JSON.parse((await after(socket, "message", () => socket.send(message))).toString());
    const peer_id = "-WW0300-abcdefghijkl";
    for (const info_hash of ["short", undefined, 7, "a".repeat(21)]) {
      const reply = await say(JSON.stringify({ action: "announce", info_hash, peer_id, offers: [], numwant: 0, left: 1 }));
      assert.equal(typeof reply["failure reason"], "string", `announced ${info_hash}`);
    }
    const info_hash = "\u00ff".repeat(20);
    const reply = await say(JSON.stringify({ action: "announce", info_hash, peer_id, offers: [], numwant: 0, left: 1 }));
    assert.deepEqual([reply.action, reply.info_hash, reply.incomplete], ["announce", info_hash, 1]);
    socket.close();
    await once(socket, "close");
  },
};

const patience = setTimeout(() => {
  console.error("nothing happens any more");
  process.exit(1);
}, 20_000);
for (const [name, check] of Object.entries(checks)) {
  await check().catch((error) => {
    console.error(`${name}: ${error.stack}`);
    process.exit(1);
  });
  for (const client of clients.splice(0)) await new Promise((resolve) => client.destroy(resolve));
  console.log(`passed: ${name}`);
}
clearTimeout(patience);
console.log(`all of ${fileURLToPath(import.meta.url).split("/").pop()} passed`);
process.exit(0);
