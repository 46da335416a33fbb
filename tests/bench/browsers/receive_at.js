// Begins to receive at a time that several browsers can agree about, and tells in Unix milliseconds what it took.
const receiveAt = async (offered, atMs) => {
  const early = atMs - Date.now();
  if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
  const { began, ended } = await receiveOne(offered);
  return { began: performance.timeOrigin + began, ended: performance.timeOrigin + ended };
};
