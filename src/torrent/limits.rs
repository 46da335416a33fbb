//! A limit on everything that others can make grow, each with its reason.

/// Bytes in a channel's send buffer above which no further block is handed to it. Deep enough to keep a 25 MB/s channel busy
/// while the page does something else for 10 ms; deeper buffers overrun SCTP on slow paths.
pub const HIGH_WATER_BYTES: usize = 256 * 1024;

/// Bytes in a channel's send buffer below which blocks are handed to it again: what `bufferedAmountLowThreshold` is set to.
pub const LOW_WATER_BYTES: usize = 64 * 1024;
