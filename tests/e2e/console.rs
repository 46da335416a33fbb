//! What browsers complain of in their consoles.

use crate::browser::Session;

/// All warnings and errors since the browser started (Firefox) or since the last call (Chromium).
pub(crate) async fn complaints(session: &Session) -> Vec<String> {
    if session.geckodriver.is_none() {
        let entries = session.driver.browser_log().await.unwrap_or_default();
        let entries = entries.into_iter().filter(|entry| matches!(entry.level.as_str(), "WARNING" | "SEVERE"));
        return entries.map(|entry| format!("{}: {}", entry.level, entry.message)).collect();
    }
    let lines = session.in_firefox_itself(include_str!("console_firefox.js")).await;
    serde_json::from_value(lines).expect("a list of lines")
}

/// Whether a complaint is of the network, and about an address that the test made unreachable.
pub(crate) fn says_unreachable(line: &str, unreachable: &[String]) -> bool {
    const NETWORK: [&str; 8] = [
        "net::ERR_",
        "WebSocket connection to",
        "the server responded with a status of",
        "establish a connection to the server",
        "was interrupted while the page was loading",
        "NetworkError",
        "Cross-Origin Request Blocked",
        "Failed to load",
    ];
    unreachable.iter().any(|address| line.contains(address.as_str()))
        && NETWORK.iter().any(|words| line.contains(words))
}
