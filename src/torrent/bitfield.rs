//! Which pieces somebody has.
/// Which pieces somebody has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitfield(Vec<u8>);
