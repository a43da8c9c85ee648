#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| framegate_foreign::playlist_query(data));
