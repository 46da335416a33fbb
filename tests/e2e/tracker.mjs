// The reference WebSocket tracker, on a free port, which it prints.
import Server from "bittorrent-tracker/server";

const server = new Server({ http: true, udp: false, ws: true, stats: false });
server.listen(0, "127.0.0.1", () => console.log(`ws://127.0.0.1:${server.http.address().port}`));
