// Runs with the rights of Firefox's own windows: what pages logged, and what Firefox says of them.
const origin = /^(https?|wss?|blob:https?):\/\//;
const storage = Cc["@mozilla.org/consoleAPI-storage;1"].getService(Ci.nsIConsoleAPIStorage);
const logged = storage.getEvents()
  .filter((event) => ["warn", "error", "assert"].includes(event.level) && origin.test(event.filename))
  .map((event) => `${event.level}: ${event.arguments.map(String).join(" ")} (${event.filename}:${event.lineNumber})`);
const noticed = Services.console.getMessageArray()
  .filter((message) => message instanceof Ci.nsIScriptError)
  // Firefox's own scripts complain here as well; pages are known by their address.
  .filter((error) => origin.test(error.sourceName))
  .filter((error) => !(error.flags & Ci.nsIScriptError.infoFlag))
  .map((error) => `${error.category}: ${error.errorMessage} (${error.sourceName}:${error.lineNumber})`);
return [...logged, ...noticed];
