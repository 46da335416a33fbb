// Runs with the rights of Firefox's own windows: what Firefox says of pages in their consoles.
const page = /^(https?|wss?|blob:https?):\/\//;
return Services.console.getMessageArray()
  .filter((message) => message instanceof Ci.nsIScriptError)
  // Firefox's own scripts complain here as well; pages are known by their address.
  .filter((error) => page.test(error.sourceName))
  .filter((error) => !(error.flags & Ci.nsIScriptError.infoFlag))
  // Whatever a page does at the moment its tab is closed is cut short, and called a timeout.
  .filter((error) => !error.errorMessage.startsWith("Script terminated by timeout"))
  .map((error) => `${error.category}: ${error.errorMessage} (${error.sourceName}:${error.lineNumber})`);
