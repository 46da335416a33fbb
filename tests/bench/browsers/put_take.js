// Writes a take beside the app, as the recorder leaves it when the tab is killed: a slice for each second, in each a cluster with
// fifty packets of 20 ms at 32 kbit/s.
const [head, seconds] = arguments;
const database = await new Promise((resolve, reject) => {
  const request = indexedDB.open("voice-memos");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const front = Uint8Array.fromBase64(head);
const PACKETS = 50;
const PACKET_BYTES = 80;
const CLUSTER = [0x1f, 0x43, 0xb6, 0x75, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const TIMESTAMP = [0xe7, 0x84];
const slice = new Uint8Array(CLUSTER.length + TIMESTAMP.length + 4 + PACKETS * (2 + 4 + PACKET_BYTES));
const view = new DataView(slice.buffer);
slice.set(CLUSTER);
slice.set(TIMESTAMP, CLUSTER.length);
for (let packet = 0; packet < PACKETS; packet += 1) {
  const at = CLUSTER.length + TIMESTAMP.length + 4 + packet * (2 + 4 + PACKET_BYTES);
  // SimpleBlock, its size, track 1, milliseconds in the cluster, key frame; CELT, fullband, 20 ms.
  slice.set([0xa3, 0x80 | (4 + PACKET_BYTES), 0x81, (packet * 20) >> 8, (packet * 20) & 0xff, 0x80, 0xf8], at);
  for (let byte = 7; byte < 6 + PACKET_BYTES; byte += 1) slice[at + byte] = Math.random() * 256;
}
const take = crypto.randomUUID();
const peaks = Uint8Array.from({ length: 20 }, (_, peak) => 40 + 8 * peak);
for (let first = 0; first < seconds; first += 600) {
  const transaction = database.transaction(["takes", "chunks"], "readwrite");
  if (first === 0) {
    transaction.objectStore("takes").put({
      id: take, title: "Six hours", mime: "audio/webm;codecs=opus", startedAtMs: Date.now() - seconds * 1000, markersMs: [],
    });
  }
  for (let n = first; n < Math.min(first + 600, seconds); n += 1) {
    view.setUint32(CLUSTER.length + TIMESTAMP.length, n * 1000);
    const bytes = n === 0 ? Uint8Array.from([...front, ...slice]) : slice.slice();
    transaction.objectStore("chunks").put({ take, n, bytes, peaks, untilMs: (n + 1) * 1000 });
  }
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = () => reject(transaction.error);
  });
}
database.close();
return seconds;
