//! The browser's clock and time zone, as the plain values that `memo` wants.

use crate::words::LocalTime;

/// Unix milliseconds now.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the clock is far from both limits")]
pub(crate) fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}

/// A moment as the clock on the wall shows it.
#[expect(clippy::cast_precision_loss, reason = "milliseconds stay exact for 285,000 years")]
pub(crate) fn local(unix_ms: u64) -> LocalTime {
    let date = js_sys::Date::new(&(unix_ms as f64).into());
    let small = |value: u32| u8::try_from(value).unwrap_or_default();
    LocalTime {
        year: i32::try_from(date.get_full_year()).unwrap_or_default(),
        month: small(date.get_month() + 1),
        day: small(date.get_date()),
        hour: small(date.get_hours()),
        minute: small(date.get_minutes()),
    }
}

/// This moment on the wall.
pub(crate) fn today() -> LocalTime {
    local(now_ms())
}
