// In the place of webrtc-polyfill, which wants a native library: peer connections that make descriptions and never connect.
// This file is both the hook that puts it there and the module itself.

export async function resolve(specifier, context, next) {
  if (specifier === "webrtc-polyfill") return { url: import.meta.url, shortCircuit: true };
  return next(specifier, context);
}

let count = 0;

export class RTCPeerConnection {
  signalingState = "stable";
  connectionState = "new";
  iceConnectionState = "new";
  iceGatheringState = "new";
  localDescription = null;
  remoteDescription = null;

  createDataChannel(label) {
    return { label, readyState: "connecting", bufferedAmount: 0, bufferedAmountLowThreshold: 0, close() {}, send() {} };
  }

  async createOffer() {
    return { type: "offer", sdp: `v=0\r\no=- ${++count} 2 IN IP4 127.0.0.1\r\n` };
  }

  async createAnswer() {
    return { type: "answer", sdp: `v=0\r\no=- ${++count} 2 IN IP4 127.0.0.1\r\n` };
  }

  async setLocalDescription(description) {
    this.localDescription = description;
    this.iceGatheringState = "complete";
    // The last candidate is none.
    queueMicrotask(() => this.onicecandidate?.({ candidate: null }));
  }

  async setRemoteDescription(description) {
    this.remoteDescription = description;
  }

  async addIceCandidate() {}

  getStats() {
    return Promise.resolve(new Map());
  }

  close() {}
}

export class RTCSessionDescription {
  constructor({ type, sdp }) {
    Object.assign(this, { type, sdp });
  }
}

export class RTCIceCandidate {}
