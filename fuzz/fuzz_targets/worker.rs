#![no_main]

libfuzzer_sys::fuzz_target!(|frame: &[u8]| mpmt::wire::check::worker(frame));
