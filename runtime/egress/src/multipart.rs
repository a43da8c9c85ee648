//! The parts of `multipart/x-mixed-replace`, as Netscape's server push had them and RFC 2046 section 5.1 frames them.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use media::Still;

/// The media type of the whole.
pub const MEDIA_TYPE: &str = "multipart/x-mixed-replace; boundary=frame";

/// What stands before the first part.
pub const OPENING: &[u8] = b"--frame\r\n";

/// What follows each part at once: Chrome shows a part when the boundary behind it has come, so that it must not wait for the next picture.
pub const BOUNDARY: &[u8] = b"\r\n--frame\r\n";

/// The header of a part. The bytes of the still follow, then [`BOUNDARY`].
pub fn header(still: &Still) -> Bytes {
    let time = seconds(still.captured.unwrap_or(still.received.wall));
    let (kind, length) = (still.format.media_type(), still.data.len());
    Bytes::from(format!("Content-Type: {kind}\r\nContent-Length: {length}\r\nX-Timestamp: {time}\r\n\r\n"))
}

/// Seconds since 1970 with six places, as `X-Timestamp` of mjpg-streamer has them: what readers of MJPEG know.
pub fn seconds(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{}.{:06}", since.as_secs(), since.subsec_micros())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use media::{Moment, Size, StillFormat, Timestamp};

    use super::*;

    #[test]
    fn a_part_tells_its_type_length_and_time() {
        let still = Still {
            format: StillFormat::Jpeg,
            data: Bytes::from_static(b"12345"),
            size: Size::new(2, 2),
            pts: Timestamp::ZERO,
            sequence: 1,
            received: Moment::now(),
            captured: Some(UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_042)),
        };
        let expected = b"Content-Type: image/jpeg\r\nContent-Length: 5\r\nX-Timestamp: 1700000000.000042\r\n\r\n";
        assert_eq!(header(&still), expected[..]);
    }
}
