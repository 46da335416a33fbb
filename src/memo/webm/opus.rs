//! How long an Opus packet sounds: RFC 6716, section 3.1.

/// Nanoseconds of sound in a packet, read from its first two bytes; 0 when they make no sense.
pub(super) fn packet_duration_ns(packet: &[u8]) -> u64 {
    /// No packet may be longer (RFC 6716, section 3.2.5, R5).
    const MAX_NS: u64 = 120_000_000;
    let Some(&toc) = packet.first() else { return 0 };
    let frame_ns: u64 = match toc >> 3 {
        silk @ 0..=11 => [10_000_000, 20_000_000, 40_000_000, 60_000_000][usize::from(silk & 3)],
        hybrid @ 12..=15 => [10_000_000, 20_000_000][usize::from(hybrid & 1)],
        celt => [2_500_000, 5_000_000, 10_000_000, 20_000_000][usize::from(celt & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1).map_or(0, |count| u64::from(count & 0x3F)),
    };
    (frame_ns * frames).min(MAX_NS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_say_how_long_they_are() {
        let cases: [(&[u8], u64); 8] = [
            (&[0x7B, 0x83], 60_000_000),
            (&[0x78], 20_000_000),
            (&[0x00], 10_000_000),
            (&[0x18], 60_000_000),
            (&[0xE1], 5_000_000),
            (&[0xFF, 0x3F], 120_000_000),
            (&[0xFF], 0),
            (&[], 0),
        ];
        for (packet, ns) in cases {
            assert_eq!(packet_duration_ns(packet), ns, "{packet:02x?}");
        }
    }
}
