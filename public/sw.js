// The service worker: keeps this build for offline use and streams audio out of the pages' store.
// The build puts two lines in front of this text: `const VERSION = "…"` and `const ASSETS = ["/index.html", …]`.

const CACHE = `voice-memos-${VERSION}`;
const INDEX = "/index.html";
const AUDIO = "/audio/";
// A player is fed in small parts, so that a memo of six hours needs no more memory than a note of two seconds.
const PART_BYTES = 256 * 1024;

self.addEventListener("install", (event) => event.waitUntil(precache()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", (event) => {
  // A new version waits until the page says so: never in the middle of a recording.
  if (event.data?.type === "skip-waiting") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin || (request.method !== "GET" && request.method !== "HEAD")) return;
  if (request.mode === "navigate") event.respondWith(fromCache(INDEX, request));
  else if (url.pathname.startsWith(AUDIO)) event.respondWith(audio(request, url, event.clientId));
  else if (ASSETS.includes(url.pathname)) event.respondWith(fromCache(url.pathname, request));
});

async function precache() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    ASSETS.map(async (path) => {
      const response = await fetch(path, { cache: "no-cache" });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      // A static host may redirect /index.html to /, and a navigation must not be answered with a redirected response.
      await cache.put(path, response.redirected ? new Response(response.body, { headers: response.headers }) : response);
    }),
  );
}

async function takeOver() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("voice-memos-") && name !== CACHE).map((name) => caches.delete(name)));
  // So that audio plays at the very first visit, too.
  await self.clients.claim();
}

// HTML, script and wasm come from one build, always. A cache that cannot be read, as after a crash, keeps nobody out.
async function fromCache(path, request) {
  const kept = await caches.match(path, { cacheName: CACHE }).catch(() => undefined);
  return kept ?? fetch(request);
}

// GET /audio/<memo id>: a part of it as 206 when a range is asked for, all of it as a stream when not.
async function audio(request, url, clientId) {
  const id = decodeId(url.pathname.slice(AUDIO.length));
  if (!id) return empty(404);
  const range = parseRange(request.headers.get("range"));
  if (range === "invalid") return empty(416);
  const client = await someClient(clientId);
  if (!client) return empty(503);
  const wanted = range ?? { start: 0, end: PART_BYTES };
  if (request.method === "HEAD") wanted.end = wanted.start;
  const part = await ask(client, id, wanted);
  if (!part) return empty(503);
  if (part.missing) return empty(404);
  const headers = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "no-store",
    "Content-Type": part.mime,
    "X-Content-Type-Options": "nosniff",
  };
  if (request.method === "HEAD") return new Response(null, { headers: { ...headers, "Content-Length": part.total } });
  if (!range) return new Response(rest(client, id, part), { headers: { ...headers, "Content-Length": part.total } });
  if (part.bytes.length === 0) return empty(416, { "Content-Range": `bytes */${part.total}` });
  headers["Content-Range"] = `bytes ${part.start}-${part.start + part.bytes.length - 1}/${part.total}`;
  headers["Content-Length"] = part.bytes.length;
  return new Response(part.bytes, { status: 206, headers });
}

function decodeId(text) {
  return /^[0-9a-z-]{1,64}$/.test(text) ? text : null;
}

// One range of bytes, as players ask. Several at once, or another unit, are as good as none (RFC 9110, 14.2).
function parseRange(header) {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (!match) return null;
  const [, first, last] = match;
  if (first === "") return last === "" ? null : Number(last) === 0 ? "invalid" : { start: -Number(last), end: null };
  const start = Number(first);
  if (last !== "" && Number(last) < start) return null;
  const end = last === "" ? Infinity : Number(last) + 1;
  return { start, end: Math.min(end, start + PART_BYTES) };
}

// The page that asks has the store open, and the engine that fetches what is missing.
async function someClient(clientId) {
  const client = clientId ? await self.clients.get(clientId) : null;
  return client ?? (await self.clients.matchAll({ type: "window" }))[0] ?? null;
}

// No time limit: bytes of a memo that is still arriving may take as long as they take. A page that is gone closes its port.
function ask(client, id, { start, end }) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => {
      resolve(event.data);
      port1.close();
    };
    port1.addEventListener("close", () => resolve(null));
    client.postMessage({ type: "audio", id, start, end }, [port2]);
  });
}

function rest(client, id, first) {
  let next = first;
  return new ReadableStream({
    async pull(controller) {
      if (!next || next.missing) return controller.error(new Error("the audio is not there"));
      if (next.bytes.length > 0) controller.enqueue(next.bytes);
      const start = next.start + next.bytes.length;
      if (start >= next.total || next.bytes.length === 0) return controller.close();
      next = await ask(client, id, { start, end: start + PART_BYTES });
    },
  });
}

function empty(status, headers = {}) {
  return new Response(null, { status, headers });
}
