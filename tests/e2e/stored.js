// One field of every row of a store, read beside the app, as a developer would.
const [store, field] = arguments;
const values = [];
for (const { name } of await indexedDB.databases()) {
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  if (database.objectStoreNames.contains(store)) {
    const rows = await new Promise((resolve, reject) => {
      const request = database.transaction(store).objectStore(store).getAll();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    values.push(...rows.map((row) => row[field] ?? null));
  }
  database.close();
}
return values;
