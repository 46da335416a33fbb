// Every row of a memo and the digest of its bytes, as JSON, without what differs from device to device.
const memos = [];
for (const { digest, recordLen, infoHash, part, sound, shared, clip, ...row } of await all("memos")) {
  const name = sound?.records ?? row.id;
  const records = await all("audio", IDBKeyRange.bound([name, 0], [name, 2 ** 32 - 1]));
  const bytes = await new Blob(records).arrayBuffer();
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  memos.push({ ...row, waveform: Array.from(row.waveform), bytes: bytes.byteLength, sum });
}
database.close();
memos.sort((one, other) => one.title.localeCompare(other.title));
return memos;
