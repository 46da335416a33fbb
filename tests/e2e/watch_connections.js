// Watches what a page does with its connections, from its first moment.
{
  const watched = (window.watched = { connections: [], channels: [], fullestBuffer: 0, largestMessage: 0 });

  const send = RTCDataChannel.prototype.send;
  RTCDataChannel.prototype.send = function (data) {
    send.call(this, data);
    watched.fullestBuffer = Math.max(watched.fullestBuffer, this.bufferedAmount);
    watched.largestMessage = Math.max(watched.largestMessage, data.byteLength);
  };

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration) {
      super(...configuration);
      watched.connections.push(this);
      this.addEventListener("datachannel", ({ channel }) => watched.channels.push(channel));
    }

    createDataChannel(...options) {
      const channel = super.createDataChannel(...options);
      watched.channels.push(channel);
      return channel;
    }
  };
}
