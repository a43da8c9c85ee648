use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::Mistake;

/// Makes a component of a type that is a [`Plugin`](crate::Plugin). Once in a crate.
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        const _: () = {
            use $crate::bindings::exports::framegate::plugin::{lifecycle, processor};

            struct Component;

            ::std::thread_local! {
                static PLUGIN: ::core::cell::RefCell<Option<$plugin>> = const { ::core::cell::RefCell::new(None) };
            }

            impl lifecycle::Guest for Component {
                fn describe() -> ::std::string::String {
                    $crate::describe(
                        env!("CARGO_PKG_NAME"),
                        env!("CARGO_PKG_VERSION"),
                        env!("CARGO_PKG_DESCRIPTION"),
                        <$plugin as $crate::Plugin>::OPTIONS,
                    )
                }

                fn configure(options: ::std::string::String) -> Result<(), ::std::vec::Vec<$crate::Mistake>> {
                    let made = $crate::read(&options).and_then(<$plugin as $crate::Plugin>::configure)?;
                    PLUGIN.set(Some(made));
                    Ok(())
                }
            }

            impl processor::Guest for Component {
                fn process(picture: &$crate::Picture) -> $crate::Verdict {
                    PLUGIN.with_borrow_mut(|plugin| match plugin {
                        Some(plugin) => $crate::Plugin::process(plugin, picture),
                        None => panic!("`process` was called before `configure`"),
                    })
                }
            }

            #[cfg(target_arch = "wasm32")]
            const _: () = {
        $crate::bindings::export_component!(Component with_types_in $crate::bindings);
            };
            // On the host, where a plugin's pure parts are tested, no linker takes the names that a component exports.
            #[cfg(not(target_arch = "wasm32"))]
            const _: (
                fn(::std::string::String) -> Result<(), ::std::vec::Vec<$crate::Mistake>>,
                fn(&$crate::Picture) -> $crate::Verdict,
            ) = (<Component as lifecycle::Guest>::configure, <Component as processor::Guest>::process);
        };
    };
}

/// What `describe` answers. `options` is JSON already.
#[doc(hidden)]
pub fn describe(name: &str, version: &str, description: &str, options: &str) -> String {
    let [name, version, description] = [name, version, description].map(serde_json::Value::from);
    format!(r#"{{"name":{name},"version":{version},"description":{description},"options":{options}}}"#)
}

/// Reads options, or says where they are wrong: serde knows one mistake at a time.
#[doc(hidden)]
pub fn read<T: DeserializeOwned>(options: &str) -> Result<T, Vec<Mistake>> {
    let mut json = serde_json::Deserializer::from_str(options);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let mut path = String::new();
        for segment in error.path() {
            path.push('/');
            match segment {
                Segment::Seq { index } => path.push_str(&index.to_string()),
                Segment::Map { key } => path.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Segment::Enum { variant } => path.push_str(variant),
                Segment::Unknown => {
                    path.pop();
                }
            }
        }
        let message = error.inner().to_string();
        // serde_json ends with " at line 1 column 20" of a text that nobody sees.
        let message = message.rfind(" at line ").map_or(message.as_str(), |end| &message[..end]);
        vec![Mistake::at(path, message)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::option::Area;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Options {
        #[serde(rename = "areas")]
        _areas: Vec<Area>,
    }

    fn mistake(options: &str) -> (String, String) {
        let mut mistakes = read::<Options>(options).unwrap_err();
        let Mistake { path, message } = mistakes.remove(0);
        (path, message)
    }

    #[test]
    fn a_mistake_is_a_json_pointer_and_a_sentence() {
        let area = r#"{"x": 1, "y": 2, "width": "3", "height": 4}"#;
        assert_eq!(mistake(&format!(r#"{{"areas": [{area}]}}"#)).0, "/areas/0/width");
        assert_eq!(
            mistake(r#"{"areas": [{"x": 60, "y": 2, "width": 50, "height": 4}]}"#),
            ("/areas/0".into(), "`x` and `width` must be 100 at most together, got 110".into())
        );
        assert_eq!(mistake("{}"), ("".into(), "missing field `areas`".into()));
        let (path, message) = mistake(r#"{"areas": [], "a~/b": 1}"#);
        assert!(message.starts_with("unknown field `a~/b`, expected `areas`"), "{message}");
        assert!(path.is_empty() || path == "/a~0~1b", "{path}");
    }

    #[test]
    fn a_description_is_json() {
        let json: serde_json::Value = serde_json::from_str(&describe("a", "1", "says \"b\"", "{}")).unwrap();
        assert_eq!(json["description"], "says \"b\"");
    }
}
