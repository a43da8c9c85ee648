use super::*;

/// SOI, SOF0 of 16x8, SOS, one byte of data, EOI.
fn jpeg() -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2];
    file.extend([0xff, 0xc0, 0, 11, 8, 0, 8, 0, 16, 1, 1, 0x11, 0]);
    file.extend([0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0xff, 0xd9]);
    file
}

fn webp() -> Vec<u8> {
    let mut file = b"RIFF\x18\0\0\0WEBPVP8 \x0c\0\0\0".to_vec();
    file.extend([0, 0, 0, 0x9d, 0x01, 0x2a, 32, 0, 16, 0, 1, 2]);
    file
}

fn png() -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend([0, 0, 0, 13]);
    file.extend(b"IHDR\0\0\0\x07\0\0\0\x05\x08\x02\0\0\0....");
    file.extend(b"\0\0\0\0IEND....");
    file
}

#[test]
fn complete_files_tell_their_size() {
    assert_eq!(check(&jpeg()), Ok(Image { format: StillFormat::Jpeg, size: Size::new(16, 8) }));
    assert_eq!(check(&webp()), Ok(Image { format: StillFormat::WebP, size: Size::new(32, 16) }));
    assert_eq!(check(&png()), Ok(Image { format: StillFormat::Png, size: Size::new(7, 5) }));
}

#[test]
fn every_cut_is_noticed() {
    for whole in [jpeg(), webp(), png()] {
        for end in 0..whole.len() {
            assert!(check(&whole[..end]).is_err(), "{end} of {whole:02x?}");
        }
    }
}

#[test]
fn zero_padding_behind_a_jpeg_is_forgiven() {
    let mut padded = jpeg();
    padded.extend([0; 16]);
    assert!(check(&padded).is_ok());
}

#[test]
fn what_is_no_image_says_so() {
    assert_eq!(check(b""), Err(BadImage::Empty));
    assert_eq!(check(b"GIF89a"), Err(BadImage::Unknown(b"GIF8".to_vec())));
    assert!(matches!(check(&vec![0; MAX_BYTES + 1]), Err(BadImage::TooLarge(_))));
    let mut huge = png();
    huge[16..24].copy_from_slice(&[0xff; 8]);
    assert!(matches!(check(&huge), Err(BadImage::Size(StillFormat::Png, _))));
    let mut empty = jpeg();
    empty[15..17].copy_from_slice(&[0, 0]);
    assert!(matches!(check(&empty), Err(BadImage::Size(StillFormat::Jpeg, _))), "{:?}", check(&empty));
}
