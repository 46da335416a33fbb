// The bytes of the memo of this title, read beside the app.
const [title] = arguments;
const memo = (await all("memos")).find((memo) => memo.title === title);
const records = await all("audio", IDBKeyRange.bound([memo.id, 0], [memo.id, 2 ** 32 - 1]));
database.close();
return new Uint8Array(await new Blob(records).arrayBuffer()).toBase64();
