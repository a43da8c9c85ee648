//! Played by the harness: values that outlive an instance.

use super::world::current;

/// The value of a key.
pub fn get(key: &str) -> Option<Vec<u8>> {
    current(|world| world.state.get(key).cloned())
}

/// Sets or replaces a value, or refuses as the host does.
pub fn set(key: &str, value: &[u8]) -> Result<(), String> {
    current(|world| {
        if key.len() > 128 {
            return Err(format!("a key has at most 128 bytes, got {}", key.len()));
        }
        let others = world.state.iter().filter(|(other, _)| *other != key);
        let bytes = others.map(|(key, value)| key.len() + value.len()).sum::<usize>() + key.len() + value.len();
        if bytes > 65_536 {
            return Err(format!("keys and values have at most 65536 bytes together, this would make {bytes}"));
        }
        world.state.insert(key.to_owned(), value.to_vec());
        Ok(())
    })
}

/// Removes a key.
pub fn remove(key: &str) {
    current(|world| world.state.remove(key));
}

/// All keys, sorted.
pub fn keys() -> Vec<String> {
    current(|world| world.state.keys().cloned().collect())
}
