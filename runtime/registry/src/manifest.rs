//! What an artifact of a component looks like: read from a manifest, and written as one.
//!
//! The layout is that of the CNCF's working group (<https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/>): a manifest, a
//! configuration that says what the component imports and exports, and one layer that is the component. Pure.

use std::collections::BTreeMap;

use config::OciDigest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Artifact, Error, MAX_COMPONENT};

/// The type of a manifest.
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// What a manifest may come as; the lists too, so that one is told as what it is and not as missing.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json, \
     application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json";
/// The type of a component's configuration.
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
/// The type of a component.
const COMPONENT: &str = "application/wasm";
/// The same before the working group chose that one; `wasm-to-oci` and others still write it.
const COMPONENT_OF_OLD: &str = "application/vnd.wasm.content.layer.v1+wasm";
/// The largest manifest: what registries take (distribution specification, "Pushing Manifests").
pub(crate) const MAX_MANIFEST: usize = 4 * 1024 * 1024;

/// The layer that is the component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layer {
    pub(crate) digest: OciDigest,
    pub(crate) size: u64,
}

/// A manifest and what it names, ready to be pushed.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) manifest: Vec<u8>,
    pub(crate) config: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default, skip_serializing)]
    manifests: Option<serde::de::IgnoredAny>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: String,
    size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config<'a> {
    created: &'static str,
    architecture: &'static str,
    os: &'static str,
    layer_digests: [String; 1],
    component: Interfaces<'a>,
}

#[derive(Serialize)]
struct Interfaces<'a> {
    exports: &'a [String],
    imports: &'a [String],
}

/// The digest of these bytes.
pub(crate) fn hash(bytes: &[u8]) -> OciDigest {
    <[u8; 32]>::from(Sha256::digest(bytes)).into()
}

/// The layer of a manifest that is a component's; `place` is what a mistake names.
pub(crate) fn layer(bytes: &[u8], place: &dyn std::fmt::Display) -> Result<Layer, Error> {
    let refuse = |reason: String| Error::NotAComponent { place: place.to_string(), reason };
    // With the place alone: the words would quote what the registry sent, however long that is.
    let unreadable = |error: serde_json::Error| {
        refuse(format!("its manifest cannot be read, at line {} column {}", error.line(), error.column()))
    };
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(unreadable)?;
    let kind = manifest.media_type.as_deref().unwrap_or_default();
    if manifest.manifests.is_some() || kind.contains("index") || kind.contains("manifest.list") {
        return Err(refuse(
            "it is a list of manifests, of an image for several machines: name the component's own".into(),
        ));
    }
    if manifest.schema_version != 2 {
        return Err(refuse(format!("its manifest has version {}, not 2", manifest.schema_version)));
    }
    let [layer] = manifest.layers.as_slice() else {
        return Err(refuse(format!("it has {} layers, a component is one", manifest.layers.len())));
    };
    if ![COMPONENT, COMPONENT_OF_OLD].contains(&layer.media_type.as_str()) {
        let kind: String = layer.media_type.chars().filter(|c| !c.is_control()).take(100).collect();
        let what = if kind.contains(".tar") { ", a container's files" } else { "" };
        return Err(refuse(format!(
            "its layer is `{kind}`{what}, a component is `{COMPONENT}` or `{COMPONENT_OF_OLD}`"
        )));
    }
    if layer.size > MAX_COMPONENT {
        return Err(Error::TooLarge { bytes: layer.size, limit: MAX_COMPONENT });
    }
    let digest = layer.digest.parse().map_err(|bad| refuse(format!("the digest of its layer is of no use: {bad}")))?;
    Ok(Layer { digest, size: layer.size })
}

/// The manifest and configuration of a component. The same component gives the same bytes, so that pushing it again changes no digest.
pub(crate) fn write(artifact: &Artifact<'_>) -> Written {
    let title = |name: &str| ("org.opencontainers.image.title".to_owned(), name.to_owned());
    let component = Descriptor {
        media_type: COMPONENT.into(),
        digest: hash(artifact.bytes).to_string(),
        size: artifact.bytes.len() as u64,
        annotations: Some(BTreeMap::from([title(artifact.file_name)])),
    };
    let config = Config {
        // The layout asks for a time; which one would make each push another artifact.
        created: "1970-01-01T00:00:00Z",
        architecture: "wasm",
        os: "wasip2",
        layer_digests: [component.digest.clone()],
        component: Interfaces { exports: artifact.exports, imports: artifact.imports },
    };
    let config = serde_json::to_vec(&config).expect("texts are JSON");
    let annotations = BTreeMap::from([
        title(artifact.name),
        ("org.opencontainers.image.version".into(), artifact.version.into()),
        ("org.opencontainers.image.description".into(), artifact.description.into()),
    ]);
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(MANIFEST.into()),
        config: Some(Descriptor {
            media_type: CONFIG.into(),
            digest: hash(&config).to_string(),
            size: config.len() as u64,
            annotations: None,
        }),
        layers: vec![component],
        manifests: None,
        annotations: Some(annotations),
    };
    Written { manifest: serde_json::to_vec(&manifest).expect("texts and numbers are JSON"), config }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn told(manifest: &str) -> String {
        layer(manifest.as_bytes(), &"oci://r/a").unwrap_err().to_string()
    }

    #[test]
    fn both_types_of_layer_are_a_component() {
        for (config, kind) in [(CONFIG, COMPONENT), ("application/vnd.wasm.config.v1+json", COMPONENT_OF_OLD)] {
            let manifest = format!(
                r#"{{ "schemaVersion": 2, "config": {{ "mediaType": "{config}", "digest": "{DIGEST}", "size": 2 }},
                    "layers": [{{ "mediaType": "{kind}", "digest": "{DIGEST}", "size": 7 }}] }}"#
            );
            let layer = layer(manifest.as_bytes(), &"").unwrap();
            assert_eq!(layer, Layer { digest: DIGEST.parse().unwrap(), size: 7 });
        }
    }

    #[test]
    fn what_is_no_component_is_told_as_what_it_is() {
        let of = |layers: &str| told(&format!(r#"{{ "schemaVersion": 2, "layers": [{layers}] }}"#));
        let layer = |kind: &str, digest: &str, size: u64| {
            format!(r#"{{ "mediaType": "{kind}", "digest": "{digest}", "size": {size} }}"#)
        };
        let good = layer(COMPONENT, DIGEST, 7);
        assert!(of("").contains("it has 0 layers"));
        assert!(of(&format!("{good},{good}")).contains("it has 2 layers"));
        let files = of(&layer("application/vnd.oci.image.layer.v1.tar+gzip", DIGEST, 7));
        assert!(files.contains("a container's files"), "{files}");
        assert!(of(&layer(COMPONENT, "md5:00", 7)).contains("the digest of its layer"));
        assert!(of(&layer(COMPONENT, DIGEST, MAX_COMPONENT + 1)).contains("268435456 are the most"));
        assert!(told(r#"{ "schemaVersion": 2, "manifests": [] }"#).contains("a list of manifests"));
        assert!(told(r#"{ "schemaVersion": 1 }"#).contains("version 1, not 2"));
        assert!(told("<html>").contains("its manifest cannot be read"));
    }

    #[test]
    fn what_is_written_is_the_layout_and_is_read_back() {
        let (imports, exports) =
            (["framegate:plugin/host@0.1.0".to_owned()], ["framegate:plugin/lifecycle@0.1.0".to_owned()]);
        let artifact = Artifact {
            bytes: b"\0asm",
            file_name: "a.wasm",
            name: "a",
            version: "1.2.0",
            description: "an a",
            imports: &imports,
            exports: &exports,
        };
        let written = write(&artifact);
        let digest = hash(b"\0asm");
        assert_eq!(layer(&written.manifest, &"").unwrap(), Layer { digest, size: 4 });
        let config: serde_json::Value = serde_json::from_slice(&written.config).unwrap();
        let meant = serde_json::json!({
            "created": "1970-01-01T00:00:00Z",
            "architecture": "wasm",
            "os": "wasip2",
            "layerDigests": [digest.to_string()],
            "component": { "exports": exports, "imports": imports },
        });
        assert_eq!(config, meant);
        let manifest: serde_json::Value = serde_json::from_slice(&written.manifest).unwrap();
        let meant = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": { "mediaType": CONFIG, "digest": hash(&written.config).to_string(), "size": written.config.len() },
            "layers": [{
                "mediaType": COMPONENT,
                "digest": digest.to_string(),
                "size": 4,
                "annotations": { "org.opencontainers.image.title": "a.wasm" },
            }],
            "annotations": {
                "org.opencontainers.image.title": "a",
                "org.opencontainers.image.version": "1.2.0",
                "org.opencontainers.image.description": "an a",
            },
        });
        assert_eq!(manifest, meant);
    }
}
