/// A body of several parts, as browsers send forms: <https://www.rfc-editor.org/rfc/rfc7578>.
pub(crate) struct Form {
    parts: Vec<(String, Vec<u8>)>,
}

impl Form {
    pub(crate) fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// A field of text.
    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.parts.push((format!("content-disposition: form-data; name=\"{name}\"\r\n\r\n"), value.into()));
        self
    }

    /// A field of JSON.
    pub(crate) fn json(mut self, name: &str, value: Vec<u8>) -> Self {
        let head = format!("content-disposition: form-data; name=\"{name}\"\r\ncontent-type: application/json\r\n\r\n");
        self.parts.push((head, value));
        self
    }

    /// A JPEG file.
    pub(crate) fn jpeg(mut self, name: &str, bytes: Vec<u8>) -> Self {
        let head = format!(
            "content-disposition: form-data; name=\"{name}\"; filename=\"still.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n"
        );
        self.parts.push((head, bytes));
        self
    }

    /// The content type and the body.
    pub(crate) fn finish(self) -> (String, Vec<u8>) {
        let boundary = self.boundary();
        let mut body = Vec::new();
        for (head, value) in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n{head}").as_bytes());
            body.extend_from_slice(value);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// One that is in no part, found by trying: without random numbers a body is the same at every try.
    fn boundary(&self) -> String {
        let is_free = |boundary: &String| {
            let boundary = boundary.as_bytes();
            self.parts.iter().all(|(_, value)| !value.windows(boundary.len()).any(|window| window == boundary))
        };
        (0u32..).map(|n| format!("framegate-part-{n:08x}")).find(is_free).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_framed_by_a_boundary_that_none_has() {
        let (kind, body) =
            Form::new().text("chat_id", "framegate-part-00000000").jpeg("photo", vec![0xff, 0xd8]).finish();
        assert_eq!(kind, "multipart/form-data; boundary=framegate-part-00000001");
        let mut expected = b"--framegate-part-00000001\r\ncontent-disposition: form-data; name=\"chat_id\"\r\n\r\nframegate-part-00000000\r\n--framegate-part-00000001\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"still.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n".to_vec();
        expected.extend_from_slice(b"\xff\xd8\r\n--framegate-part-00000001--\r\n");
        assert_eq!(body, expected);
    }
}
