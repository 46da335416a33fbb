// Writes rows beside the app, as it would have: the first is the newest, each next one an hour older. What they hold is
// a twentieth of a second of near silence, no two alike.
const [memos] = arguments;
const database = await new Promise((resolve, reject) => {
  const request = indexedDB.open("voice-memos");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const samples = 400;
const sound = new Uint8Array(44 + samples).fill(128);
sound.set(new TextEncoder().encode("RIFF....WAVEfmt "));
sound.set(new TextEncoder().encode("data"), 36);
const header = new DataView(sound.buffer);
header.setUint32(4, 36 + samples, true);
// Whole numbers, one channel, 8000 samples a second of one byte each.
[16, 0x1_0001, 8000, 8000, 0x8_0001].forEach((field, at) => header.setUint32(16 + 4 * at, field, true));
header.setUint32(40, samples, true);

const transaction = database.transaction(["memos", "audio"], "readwrite");
const now = Date.now();
memos.forEach((memo, number) => {
  const id = crypto.randomUUID();
  const own = sound.slice();
  new DataView(own.buffer).setUint32(44, number);
  transaction.objectStore("audio").put(own, [id, 0]);
  transaction.objectStore("memos").put({
    id, title: "", notes: "", tags: [], recordedAtMs: now - number * 3_600_000, durationMs: 42_000,
    mime: "audio/wav", size: sound.length, recordLen: 65_536, origin: "recorded", favourite: false, shared: false,
    complete: true, positionMs: 0,
    waveform: Uint8Array.from({ length: 256 }, (_, at) => 20 + 200 * Math.abs(Math.sin(at * (number + 3)) * Math.sin(at / 9))),
    ...memo,
  });
});
await new Promise((resolve, reject) => {
  transaction.oncomplete = resolve;
  transaction.onerror = () => reject(transaction.error);
});
database.close();
return memos.length;
