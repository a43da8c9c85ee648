use openh264_sys2::API;

/// What the codecs in this program can do.
#[derive(Clone, Debug)]
pub struct Capabilities {
    /// Whether the assembler that openh264 and libjpeg-turbo need was there when this was built (nasm on x86). Without it they take 1.3 to 4 times
    /// as long. After installing nasm: `cargo clean -p openh264-sys2 -p turbojpeg-sys -p framegate-codec`.
    pub simd_assembly: bool,
    /// Library and version, to show to people.
    pub versions: Vec<(&'static str, String)>,
}

/// What was built in.
pub fn capabilities() -> Capabilities {
    // SAFETY: all three return numbers and take nothing.
    let (openh264, webp) =
        unsafe { (openh264_sys2::source::APILoader.WelsGetCodecVersion(), libwebp_sys::WebPGetEncoderVersion()) };
    let versions = vec![
        ("openh264", format!("{}.{}.{}", openh264.uMajor, openh264.uMinor, openh264.uRevision)),
        ("libwebp", format!("{}.{}.{}", webp >> 16 & 0xff, webp >> 8 & 0xff, webp & 0xff)),
        ("libjpeg-turbo", LIBJPEG_TURBO.into()),
    ];
    Capabilities { simd_assembly: cfg!(simd_assembly), versions }
}

/// What the crate turbojpeg-sys 1.2 carries; the library has no call that tells.
const LIBJPEG_TURBO: &str = "3.1.0";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told() {
        let capabilities = capabilities();
        assert_eq!(capabilities.versions.len(), 3);
        for (name, version) in capabilities.versions {
            assert!(version.split('.').count() == 3 && !version.starts_with("0."), "{name} {version}");
        }
    }
}
