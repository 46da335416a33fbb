// Fetches all that the page's audio element plays, in ranges as players do, and decodes it.
const audio = [...document.querySelectorAll("audio")].find((audio) => audio.currentSrc);
// A blob, which stands in until the service worker is in charge, may not be fetched; the worker has the same.
const source = audio.currentSrc.startsWith("blob:") ? `/audio/${location.pathname.split("/").pop()}` : audio.currentSrc;
const parts = [];
let length = 0, total = Infinity;
while (length < total) {
  const response = await fetch(source, { headers: { Range: `bytes=${length}-` } });
  if (!response.ok) throw new Error(`the audio at ${length} answers ${response.status}`);
  const part = new Uint8Array(await response.arrayBuffer());
  if (!part.length) throw new Error(`the audio ends at ${length} of ${total}`);
  total = Number(response.headers.get("content-range")?.split("/")[1] ?? part.length);
  parts.push(part);
  length += part.length;
}
const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
const decoded = await new OfflineAudioContext(1, 1, 48000).decodeAudioData(bytes.slice().buffer);
let peak = 0;
for (const sample of decoded.getChannelData(0)) peak = Math.max(peak, Math.abs(sample));
return {
  base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")),
  duration: audio.duration,
  decoded: decoded.duration,
  peak,
};
