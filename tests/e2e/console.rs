//! What browsers complain of in their consoles.

use crate::browser::Session;

/// What Firefox says of any page that is left while it writes. Tests leave pages as people do, at any moment; that nothing is
/// lost by it is what they check in other ways.
const LEFT_WHILE_WRITING: &str = "transaction that was not yet complete has been aborted due to page navigation";

/// What Firefox says of a request on its way through a service worker when the page is left. Of a worker that fails it says
/// that a promise was rejected, and with what.
const LEFT_WHILE_LOADING: &str = "A ServiceWorker intercepted the request and encountered an unexpected error.";

/// All warnings and errors since the browser started (Firefox) or since the last call (Chromium).
pub(crate) async fn complaints(session: &Session) -> Vec<String> {
    let Some(geckodriver) = &session.geckodriver else {
        let entries = session.driver.browser_log().await.unwrap_or_default();
        let entries = entries.into_iter().filter(|entry| matches!(entry.level.as_str(), "WARNING" | "SEVERE"));
        return entries.map(|entry| format!("{}: {}", entry.level, entry.message)).collect();
    };
    // What Firefox itself says of pages it keeps; what pages log it was told to print.
    let noticed = session.in_firefox_itself(include_str!("console_firefox.js")).await;
    let noticed: Vec<String> = serde_json::from_value(noticed).expect("a list of lines");
    let logged = geckodriver.lines_said().into_iter().filter(|line| is_of_a_page(line));
    let was_left = |line: &String| [LEFT_WHILE_WRITING, LEFT_WHILE_LOADING].iter().any(|words| line.contains(words));
    noticed.into_iter().chain(logged).filter(|line| !was_left(line)).collect()
}

/// Whether a line that Firefox printed is a warning or an error of a page. Firefox's own modules put
/// their name in front; what pages log is quoted or in brackets.
fn is_of_a_page(line: &str) -> bool {
    let levels = ["console.warn: ", "console.error: ", "console.assert: "];
    let logged = levels.iter().find_map(|level| line.strip_prefix(level));
    logged.is_some_and(|logged| !logged.starts_with(char::is_alphabetic))
}

/// Whether a complaint is of the network, and about an address that the test made unreachable.
pub(crate) fn says_unreachable(line: &str, unreachable: &[String]) -> bool {
    const NETWORK: [&str; 9] = [
        "net::ERR_",
        "WebSocket connection to",
        "the server responded with a status of",
        "establish a connection to the server",
        "was interrupted while the page was loading",
        "NetworkError",
        "Cross-Origin Request Blocked",
        "has been blocked by CORS policy",
        "Failed to load",
    ];
    unreachable.iter().any(|address| line.contains(address.as_str()))
        && NETWORK.iter().any(|words| line.contains(words))
}
