use serde::{Serialize, Serializer};

/// Something found in a picture.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Annotation {
    /// What it is, in a word that programs can compare: `person`, `car`, `motion`.
    pub label: String,
    /// How sure, 0 to 1.
    #[serde(serialize_with = "short")]
    pub score: f32,
    /// Where.
    pub area: Share,
    /// The same number for the same object over several pictures of a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<u64>,
    /// Anything else, by name.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "by_name")]
    #[schemars(with = "std::collections::BTreeMap<String, String>")]
    pub attributes: Vec<(String, String)>,
}

/// An area as shares of a picture's width and height, from its upper left corner: it holds for every size that the picture is shown in. What reaches
/// outside the picture is below 0 or above 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Share {
    /// Left edge.
    #[serde(serialize_with = "short")]
    pub x: f32,
    /// Upper edge.
    #[serde(serialize_with = "short")]
    pub y: f32,
    /// From left to right.
    #[serde(serialize_with = "short")]
    pub width: f32,
    /// From top to bottom.
    #[serde(serialize_with = "short")]
    pub height: f32,
}

/// Four digits behind the point are a fifth of a pixel of 1080p. What is no number is told as 0: JSON has no other word.
fn short<S: Serializer>(share: &f32, to: S) -> Result<S::Ok, S::Error> {
    let share = if share.is_finite() { f64::from(*share) } else { 0.0 };
    to.serialize_f64((share * 10_000.0).round() / 10_000.0)
}

fn by_name<S: Serializer>(attributes: &[(String, String)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(attributes.iter().map(|(name, value)| (name, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_annotation_is_short_json() {
        let annotation = Annotation {
            label: "car".into(),
            score: 0.333_333,
            area: Share { x: 1.0 / 3.0, y: 0.5, width: f32::NAN, height: 1.0 },
            track: Some(7),
            attributes: vec![("plate".into(), "B 1".into())],
        };
        let json = serde_json::to_string(&annotation).unwrap();
        let area = r#"{"x":0.3333,"y":0.5,"width":0.0,"height":1.0}"#;
        assert_eq!(
            json,
            format!(r#"{{"label":"car","score":0.3333,"area":{area},"track":7,"attributes":{{"plate":"B 1"}}}}"#)
        );
    }
}
