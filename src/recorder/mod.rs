//! The microphone and the recorder.
//!
//! [`Recorder::start`] asks for the microphone and records until [`Recorder::stop`] makes a memo of the take. What is heard goes
//! to the disk first: the take's row before its first slice, each slice in order, and [`RecorderEvent::Saved`] is said when the
//! transaction has completed, not before. Dropping a recorder lets go of the microphone, the wake lock and the take; what was
//! saved stays, and [`recovery`] offers it. [`Recorder::go_on`] goes on with a take that was interrupted or recovered.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `take` | the [`Recorder`]: one take from the first second to the memo |
//! | `microphone` | asking for it, letting go of it, and what may go wrong |
//! | `saver` | slices on their way to the disk, in order |
//! | `meter` | the level of the sound, for as long as there is sound and whether or not the page is visible |
//! | `stopwatch` | elapsed time without pauses |
//! | `finish` | from slices to a memo, in flat memory |
//! | `recovery` | takes that were cut off |
//! | `wake_lock`, `take_lock` | small things of the Web that let go when dropped |

mod finish;
mod meter;
mod microphone;
pub mod recovery;
mod saver;
mod stopwatch;
mod take;
mod take_lock;
mod wake_lock;

pub use finish::FinishError;
pub use microphone::MicrophoneError;
pub use take::{Recorder, RecorderEvent, RecorderState, can_go_on};

/// How to record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecorderOptions {
    /// The microphone to use; another one when it is not there.
    pub device_id: Option<String>,
    /// The bit rate of the encoder.
    pub bits_per_second: u32,
    /// What the browser does to the sound.
    pub processing: Processing,
}

/// What the browser does to the sound before it is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Processing {
    /// One person close to the microphone: noise and echo are removed, the level is evened out.
    #[default]
    Voice,
    /// Several people in a room: the level is evened out, nothing is taken for noise.
    Room,
    /// Nothing.
    Raw,
}
