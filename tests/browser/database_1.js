// A database of this name as version 1 of the app made it. The connection lets no newer version in until it is closed, or its page is.
const [name] = arguments;
window.olderDatabase = await new Promise((resolve, reject) => {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => {
    const database = request.result;
    database.createObjectStore("memos", { keyPath: "id" }).createIndex("infoHash", "infoHash");
    database.createObjectStore("audio");
    database.createObjectStore("torrents", { keyPath: "infoHash" });
    database.createObjectStore("takes", { keyPath: "id" });
    database.createObjectStore("chunks", { keyPath: ["take", "n"] });
    database.createObjectStore("settings");
  };
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
