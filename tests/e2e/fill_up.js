// Fills what room there is for this site, with settings that nobody asks for.
// Of no two alike, since Firefox packs what it stores.
const noise = new Uint8Array(1 << 20);
for (let at = 0; at < noise.length; at += 1 << 16) crypto.getRandomValues(noise.subarray(at, at + (1 << 16)));
const limit = 64 << 20;
let filled = 0;
// After the end of the room was met, Firefox lets a connection only remove: each write has one of its own.
database.close();
const put = (size) => new Promise((resolve) => {
  const request = indexedDB.open("voice-memos");
  request.onerror = () => resolve(false);
  request.onsuccess = () => {
    const transaction = request.result.transaction("settings", "readwrite");
    transaction.objectStore("settings").put(noise.slice(0, size), `filler ${filled}`);
    transaction.oncomplete = () => resolve(true);
    transaction.onabort = () => resolve(false);
    request.result.close();
  };
});
for (let size = noise.length; size >= 1 << 10; size /= 4) {
  while (filled < limit && (await put(size))) filled += size;
}
return filled;
