// Writes rows beside the app.
const [torrents, size, tracker] = arguments;
const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const database = await new Promise((resolve, reject) => {
  const request = indexedDB.open("voice-memos");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const transaction = database.transaction(["memos", "audio", "torrents"], "readwrite");
const [memos, audio, rows] = ["memos", "audio", "torrents"].map((name) => transaction.objectStore(name));
torrents.forEach(({ infoHash, info, have }, number) => {
  const id = crypto.randomUUID();
  memos.put({
    id, title: `Memo ${number}`, recordedAtMs: Date.now() - number * 60_000, durationMs: 1000, mime: "audio/wav", size,
    recordLen: 65536, origin: "recorded", infoHash, shared: true, complete: true,
  });
  audio.put(new Uint8Array(size).fill(7), [id, 0]);
  rows.put({ infoHash, memoId: id, trackers: [tracker], info: bytes(info), have: bytes(have), shared: true, addedMs: Date.now() });
});
await new Promise((resolve, reject) => {
  transaction.oncomplete = resolve;
  transaction.onerror = () => reject(transaction.error);
});
database.close();
return torrents.length;
