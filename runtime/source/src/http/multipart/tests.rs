use super::*;

/// Everything, at once and byte by byte.
fn parts(content_type: &str, stream: &[u8]) -> Vec<Vec<u8>> {
    let whole = parse(content_type, stream, stream.len().max(1));
    for size in [1, 2, 3, 7] {
        assert_eq!(parse(content_type, stream, size), whole, "in pieces of {size}");
    }
    whole
}

fn parse(content_type: &str, stream: &[u8], size: usize) -> Vec<Vec<u8>> {
    let mut parser = Parser::new(content_type).expect("a multipart");
    let mut out = Vec::new();
    for piece in stream.chunks(size) {
        parser.push(piece, &mut out).expect("a good stream");
    }
    out.into_iter().map(|part| part.to_vec()).collect()
}

#[test]
fn our_own_mjpeg_output_is_read() {
    let stream = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\nabc\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 4\r\n\r\n\r\n\r\n\r\n";
    assert_eq!(parts("multipart/x-mixed-replace; boundary=frame", stream), [b"abc".to_vec(), b"\r\n\r\n".to_vec()]);
}

#[test]
fn esp32_cam_sends_the_delimiter_behind_each_part() {
    let kind = "multipart/x-mixed-replace;boundary=123456789000000000000987654321";
    let stream = b"Content-Type: image/jpeg\r\nContent-Length: 2\r\n\r\nxx\r\n--123456789000000000000987654321\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\nX-Timestamp: 1.5\r\n\r\nabc\r\n--123456789000000000000987654321\r\n";
    assert_eq!(parts(kind, stream), [b"abc".to_vec()]);
}

#[test]
fn mjpg_streamer_begins_with_a_delimiter() {
    let kind = "multipart/x-mixed-replace;boundary=boundarydonotcross";
    let stream = b"--boundarydonotcross\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\nX-Timestamp: 0.0\r\n\r\nabc\r\n--boundarydonotcross\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\ndef\r\n--boundarydonotcross\r\n";
    assert_eq!(parts(kind, stream), [b"abc".to_vec(), b"def".to_vec()]);
}

#[test]
fn a_part_without_length_ends_before_the_next_delimiter() {
    let kind = "multipart/x-mixed-replace; boundary=frame";
    let stream = b"--frame\r\nContent-Type: image/jpeg\r\n\r\nab\n--fr\r\ncd\r\n--frame\r\nContent-Type: image/jpeg\r\n\r\nef\r\n\r\n--frame\r\n";
    assert_eq!(parts(kind, stream), [b"ab\n--fr\r\ncd".to_vec(), b"ef".to_vec()]);
}

#[test]
fn dashes_quotes_and_spaces_do_not_count() {
    for kind in [
        "multipart/x-mixed-replace; boundary=--x1",
        "multipart/x-mixed-replace; boundary=\"x1\"",
        "multipart/x-mixed-replace; charset=utf-8; Boundary = \"--x1\" ",
        "Multipart/X-Mixed-Replace;boundary=----x1",
    ] {
        for line in ["--x1", "----x1", "x1", "--x1  "] {
            let stream = format!("{line}\r\nContent-Length: 1\r\n\r\na\r\n{line}\r\nContent-Length: 1\r\n\r\nb\r\n");
            assert_eq!(parts(kind, stream.as_bytes()), [b"a".to_vec(), b"b".to_vec()], "{kind} {line}");
        }
    }
}

#[test]
fn line_feeds_alone_and_a_preamble_are_taken() {
    let stream = b"This is a stream.\n\n--b\ncontent-length: 2\n\nab\n--b\nContent-type: image/jpeg\n\ncd\n--b\n";
    assert_eq!(parts("multipart/mixed; boundary=b", stream), [b"ab".to_vec(), b"cd".to_vec()]);
}

#[test]
fn a_closing_delimiter_behind_every_part_is_no_end() {
    let stream = b"--b\r\n\r\nab\r\n--b--\r\n--b\r\n\r\ncd\r\n--b--\r\n";
    assert_eq!(parts("multipart/mixed; boundary=b", stream), [b"ab".to_vec(), b"cd".to_vec()]);
}

#[test]
fn a_length_that_lies_is_not_believed_again() {
    let stream =
        b"--bound\r\nContent-Length: 2\r\n\r\nabcdef\r\n--bound\r\nContent-Length: 2\r\n\r\nghijkl\r\n--bound\r\n";
    assert_eq!(parts("multipart/mixed; boundary=bound", stream), [b"ab".to_vec(), b"ghijkl".to_vec()]);
}

#[test]
fn without_a_boundary_the_first_delimiter_is_learnt() {
    let stream = b"\r\n--myboundary\r\nContent-Length: 2\r\n\r\nab\r\n--myboundary\r\nContent-Length: 2\r\n\r\ncd";
    assert_eq!(parts("multipart/x-mixed-replace", stream), [b"ab".to_vec(), b"cd".to_vec()]);
}

#[test]
fn other_types_are_no_multipart() {
    for kind in ["image/jpeg", "text/html; boundary=x", "", "multipar", "ö"] {
        assert!(Parser::new(kind).is_none(), "{kind}");
    }
}

#[test]
fn what_is_endless_is_an_error_and_not_memory() {
    let fill = vec![b'x'; 1 << 20];
    let run = |start: &[u8], fill: &[u8]| {
        let mut parser = Parser::new("multipart/mixed; boundary=b").expect("a multipart");
        let mut out = Vec::new();
        parser.push(start, &mut out).expect("a good start");
        (0..40).find_map(|_| parser.push(fill, &mut out).err())
    };
    assert_eq!(run(b"", &fill), Some(Broken::NoBoundary));
    assert_eq!(run(b"--b\r\n", &fill), Some(Broken::HeadersTooLarge));
    assert_eq!(run(b"--b\r\n\r\n", &fill), Some(Broken::PartTooLarge));
    assert_eq!(run(b"", b"--b\r\nContent-Length: 99999999\r\n\r\n"), Some(Broken::PartTooLarge));
}

#[test]
fn garbage_never_panics() {
    // A small generator of its own (xorshift), so that a failure comes again.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..300 {
        let mut parser = Parser::new("multipart/mixed; boundary=-a").expect("a multipart");
        let mut out = Vec::new();
        for _ in 0..40 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let words: [&[u8]; 8] =
                [b"--a", b"\r\n", b"\n", b"a", b"--", b"Content-Length: 5\r\n", b"\r\n\r\n", b"xyz"];
            let _ = parser.push(words[(state % 8) as usize], &mut out);
        }
    }
}
