//! Finds out whether the C libraries get their assembly: their own build scripts do without it silently.

use std::env;
use std::process::{Command, Stdio};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(simd_assembly)");
    for variable in ["PATH", "NASM", "ASM_NASM", "OPENH264_NO_ASM", "TURBOJPEG_SOURCE"] {
        println!("cargo::rerun-if-env-changed={variable}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    if has_assembly() {
        println!("cargo::rustc-cfg=simd_assembly");
    }
}

/// openh264-sys2 asks the crate `nasm-rs`, which runs what NASM names, else `nasm`; libjpeg-turbo's CMake looks for `nasm` or what ASM_NASM names.
/// On ARM both have their assembly in a form that the C compiler takes.
fn has_assembly() -> bool {
    match env::var("CARGO_CFG_TARGET_ARCH").as_deref() {
        Ok("x86" | "x86_64") => {
            env::var_os("OPENH264_NO_ASM").is_none() && runs(&env::var("NASM").unwrap_or_else(|_| "nasm".into()))
        }
        Ok("arm" | "aarch64") => true,
        _ => false,
    }
}

fn runs(program: &str) -> bool {
    Command::new(program)
        .arg("-v")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
