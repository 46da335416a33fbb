// Decodes `bytes`, which fetch_audio.js fetched.
const decoded = await new OfflineAudioContext(1, 1, 48000).decodeAudioData(bytes.slice().buffer);
let peak = 0;
for (const sample of decoded.getChannelData(0)) peak = Math.max(peak, Math.abs(sample));
return { base64: bytes.toBase64(), duration: audio.duration, decoded: decoded.duration, peak };
