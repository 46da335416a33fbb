// The store of the app, opened beside it, and all rows of a part of it.
const database = await new Promise((resolve, reject) => {
  const request = indexedDB.open("voice-memos");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
const all = (store, range) => new Promise((resolve, reject) => {
  const request = database.transaction(store).objectStore(store).getAll(range);
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
