//! The target `push_envelope`: what it is given and what it asserts is in the library's module of this name.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wxsession_fuzz::push_envelope::check(input));
