// Takes all the connections that this process may have, and counts how often the page is refused one.
{
  let taken = [];
  try {
    for (;;) taken.push(new RTCPeerConnection());
  } catch {
    // That was the last one.
  }

  window.refused = 0;
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...configuration) {
      try {
        super(...configuration);
      } catch (error) {
        window.refused++;
        throw error;
      }
    }
  };

  window.release = () => {
    for (const connection of taken) connection.close();
    taken = [];
  };
}
