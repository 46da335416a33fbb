#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| voice_memos_fuzz::wav(bytes));
