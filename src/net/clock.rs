//! The engine's clock and its seed, from the browser.

use crate::torrent::Instant;

/// Now, in Unix milliseconds as far as this page's clock was right when it opened. Never runs backwards, and two tabs agree
/// about it, so that a [`Status`](crate::torrent::Status) means the same in both.
pub(super) fn now() -> Instant {
    let millis = web_sys::window()
        .and_then(|window| window.performance())
        .map_or_else(js_sys::Date::now, |performance| performance.time_origin() + performance.now());
    Instant::from_millis(millis as u64)
}

/// Sixty-four random bits.
pub(super) fn seed() -> u64 {
    let mut bytes = [0; 8];
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    match crypto.map(|crypto| crypto.get_random_values_with_u8_array(&mut bytes)) {
        Some(Ok(_)) => u64::from_le_bytes(bytes),
        // Peer ids need to be different, not secret.
        _ => js_sys::Math::random().to_bits(),
    }
}
