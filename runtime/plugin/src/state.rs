use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a plugin keeps on a stream: outlives its instances.
#[derive(Clone, Debug, Default)]
pub(crate) struct State(Arc<Mutex<Values>>);

/// What the plugins of one stream keep: it outlives their instances, chains and services, and all roles of a plugin share it. Cloning gives
/// another handle.
#[derive(Clone, Debug, Default)]
pub struct States(Arc<Mutex<BTreeMap<String, State>>>);

impl States {
    /// What the plugin of this name keeps.
    pub(crate) fn of(&self, plugin: &str) -> State {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.entry(plugin.to_owned()).or_default().clone()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Values {
    values: BTreeMap<String, Vec<u8>>,
    bytes: usize,
}

/// Keys and values together, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// A key, in bytes.
const MAX_KEY: usize = 128;

impl State {
    /// A panic of another thread leaves the values in order: every change to them is one step.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Values> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Values {
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.values.get(key).cloned()
    }

    pub(crate) fn set(&mut self, key: String, value: Vec<u8>) -> Result<(), String> {
        if key.len() > MAX_KEY {
            return Err(format!("a key has at most {MAX_KEY} bytes, got {}", key.len()));
        }
        let old = self.values.get(&key).map_or(0, |old| key.len() + old.len());
        let bytes = self.bytes - old + key.len() + value.len();
        if bytes > MAX_BYTES {
            return Err(format!("keys and values have at most {MAX_BYTES} bytes together, this would make {bytes}"));
        }
        self.bytes = bytes;
        self.values.insert(key, value);
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: &str) {
        if let Some((key, value)) = self.values.remove_entry(key) {
            self.bytes -= key.len() + value.len();
        }
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.values.keys().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bounded_together_and_the_old_one_stays() {
        let state = State::default();
        let mut values = state.lock();
        values.set("a".into(), vec![1; 40_000]).unwrap();
        values.set("b".into(), vec![2; 25_000]).unwrap();
        assert!(values.set("a".into(), vec![3; 41_000]).unwrap_err().ends_with("this would make 66002"));
        assert_eq!(values.get("a").map(|v| v[0]), Some(1));
        values.remove("b");
        values.remove("b");
        values.set("a".into(), vec![3; 65_535]).unwrap();
        assert_eq!(values.keys(), ["a"]);
        assert!(values.set("k".repeat(129), vec![]).is_err());
    }
}
