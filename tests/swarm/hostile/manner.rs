//! The ways in which a peer can be hostile, broken, or of no use.

/// How one hostile peer behaves once a channel is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    // False bytes.
    /// Every block is false.
    Corrupts,
    /// One block in five is false.
    CorruptsSometimes,
    /// Blocks are false only for those who have nearly everything.
    CorruptsAtTheEnd,
    /// Blocks are cut short, too long, or begin elsewhere.
    WrongLengths,
    /// Blocks that nobody asked for.
    Unsolicited,

    // Floods.
    /// Requests by the thousand, and takes what comes.
    FloodsRequests,
    /// The same, and never takes anything out of its channel.
    NeverReads,
    /// Requests for what cannot be: no length, too long, no such piece.
    AbsurdRequests,
    /// Haves by the ten thousand, all of them known.
    FloodsHaves,
    /// Has all, has it not, has it again.
    FlapsAvailability,
    /// Extended handshakes without end, each with other numbers.
    FloodsHandshakes,
    /// Asks for the metadata over and over.
    FloodsMetadataRequests,
    /// Keep-alives and unknown messages without end.
    FloodsNothing,

    // Metadata bombs.
    /// Has metadata of four gigabytes.
    MetadataHuge,
    /// Has metadata of the largest size that is read, and sends zeros.
    MetadataZeros,
    /// Says one size in its handshake, another in each piece.
    MetadataWrongTotal,
    /// The right size, false bytes.
    MetadataFalse,
    /// Rejects what it said it has.
    MetadataRejected,
    /// Says it has metadata, and answers nothing.
    MetadataSilence,

    // Slowness and silence.
    /// The channel opens, and that is all.
    Mute,
    /// Its handshake comes, and that is all.
    SilentAfterHandshake,
    /// Has everything, serves everybody, sends nothing.
    SilentAfterUnchoke,
    /// One block every few seconds.
    Trickles,
    /// A block announced, and one byte of it a second.
    TricklesBytes,
    /// Never unchokes.
    NeverUnchokes,

    // Nonsense.
    /// Noise instead of a handshake.
    Garbage,
    /// A handshake, and then noise.
    GarbageLater,
    /// A length of four gigabytes.
    HugeMessage,
    /// Speaks about another torrent.
    OtherTorrent,
    /// Says back the handshake that it hears: we meet ourselves.
    Mirrors,
    /// Fast messages without having said so.
    FastUnsaid,
    /// Pieces that cannot be: far out of range, bitfields of a wrong length.
    AbsurdPieces,

    // Bad manners.
    /// Rejects every request, at once.
    Rejects,
    /// Chokes and unchokes many times a second.
    FlapsChoke,
    /// Answers every other request only.
    DropsHalf,
    /// Offers by the dozen, under ever new names.
    FloodsOffers,
    /// Hangs up after each block.
    HangsUp,
}

impl Manner {
    pub(crate) const ALL: [Self; 37] = [
        Self::Corrupts,
        Self::CorruptsSometimes,
        Self::CorruptsAtTheEnd,
        Self::WrongLengths,
        Self::Unsolicited,
        Self::FloodsRequests,
        Self::NeverReads,
        Self::AbsurdRequests,
        Self::FloodsHaves,
        Self::FlapsAvailability,
        Self::FloodsHandshakes,
        Self::FloodsMetadataRequests,
        Self::FloodsNothing,
        Self::MetadataHuge,
        Self::MetadataZeros,
        Self::MetadataWrongTotal,
        Self::MetadataFalse,
        Self::MetadataRejected,
        Self::MetadataSilence,
        Self::Mute,
        Self::SilentAfterHandshake,
        Self::SilentAfterUnchoke,
        Self::Trickles,
        Self::TricklesBytes,
        Self::NeverUnchokes,
        Self::Garbage,
        Self::GarbageLater,
        Self::HugeMessage,
        Self::OtherTorrent,
        Self::Mirrors,
        Self::FastUnsaid,
        Self::AbsurdPieces,
        Self::Rejects,
        Self::FlapsChoke,
        Self::DropsHalf,
        Self::FloodsOffers,
        Self::HangsUp,
    ];

    /// Whether it sends false bytes.
    pub(crate) fn corrupts(self) -> bool {
        matches!(self, Self::Corrupts | Self::CorruptsSometimes | Self::CorruptsAtTheEnd)
    }

    /// Whether it comes as somebody who wants everything. All others say that they have it.
    pub(super) fn leeches(self) -> bool {
        matches!(self, Self::FloodsRequests | Self::NeverReads | Self::AbsurdRequests | Self::FloodsMetadataRequests)
    }
}
