/// Why the pictures of a stream are as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// They come as the source brings them.
    #[default]
    Fine,
    /// They cannot be made from this source, and why (say, the camera sends H.265).
    NotAvailable(String),
    /// This plugin said `drop`: viewers keep the last still.
    Gated {
        /// Its name in `streams.toml`.
        plugin: String,
    },
    /// This plugin failed and its `on_error` keeps pictures back: viewers keep the last still.
    Withheld {
        /// Its name in `streams.toml`.
        plugin: String,
    },
}
