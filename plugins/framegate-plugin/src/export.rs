use std::cell::RefCell;

#[cfg(target_arch = "wasm32")]
use crate::bindings::{access_decider, event_receiver, format_chooser, lifecycle, processor, ticker};
use crate::{AccessPolicy, Configure, EventSink, FormatPolicy, Mistake, Plugin, Poller, mistake};

/// Makes a component of a type. Once in a crate.
///
/// Behind the type stand the traits of its roles: `export!(Counter: Plugin + Poller)`. `export!(Gate)` is `export!(Gate: Plugin)`.
///
/// ```no_run
/// # use framegate_plugin::{Configure, Mistake, Poller, host};
/// # struct Beat;
/// # impl Configure for Beat {
/// #     type Options = ();
/// #     const OPTIONS: &'static str = "{}";
/// #     fn configure((): ()) -> Result<Self, Vec<Mistake>> {
/// #         Ok(Self)
/// #     }
/// # }
/// impl Poller for Beat {
///     fn tick(&mut self) -> Result<(), String> {
///         host::emit("beat", "{}");
///         Ok(())
///     }
/// }
///
/// framegate_plugin::export!(Beat: Poller);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        $crate::export!($plugin: Plugin);
    };
    ($plugin:ty: $role:ident $(+ $more:ident)*) => {
        const _: () = {
            struct Component;

            impl $crate::export::Component for Component {
                type Plugin = $plugin;
                const NAME: &'static str = env!("CARGO_PKG_NAME");
                const VERSION: &'static str = env!("CARGO_PKG_VERSION");
                const DESCRIPTION: &'static str = env!("CARGO_PKG_DESCRIPTION");

                fn slot<T>(act: impl FnOnce(&$crate::export::Slot<$plugin>) -> T) -> T {
                    ::std::thread_local! {
                        static SLOT: $crate::export::Slot<$plugin> = const { $crate::export::Slot::empty() };
                    }
                    SLOT.with(act)
                }
            }

            $crate::__export_role!($role Component);
            $($crate::__export_role!($more Component);)*
            // On the host, where a plugin's tests run, no linker takes the names that a component exports.
            #[cfg(target_arch = "wasm32")]
            $crate::bindings::lifecycle::export_lifecycle!(Component with_types_in $crate::bindings::lifecycle);
        };
    };
    ($($other:tt)*) => {
        ::core::compile_error!("must be a type and the traits of its roles: `export!(Gate)` or `export!(Counter: Plugin + Poller)`");
    };
}

/// What one role adds to a component.
#[doc(hidden)]
#[macro_export]
macro_rules! __export_role {
    (Plugin $component:ident) => {
        const _: () = $crate::export::is_plugin::<<$component as $crate::export::Component>::Plugin>();
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::processor::export_processor!($component with_types_in $crate::bindings::processor);
    };
    (Poller $component:ident) => {
        const _: () = $crate::export::is_poller::<<$component as $crate::export::Component>::Plugin>();
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::ticker::export_ticker!($component with_types_in $crate::bindings::ticker);
    };
    (EventSink $component:ident) => {
        const _: () = $crate::export::is_event_sink::<<$component as $crate::export::Component>::Plugin>();
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::event_receiver::export_event_receiver!($component with_types_in $crate::bindings::event_receiver);
    };
    (FormatPolicy $component:ident) => {
        const _: () = $crate::export::is_format_policy::<<$component as $crate::export::Component>::Plugin>();
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::format_chooser::export_format_chooser!($component with_types_in $crate::bindings::format_chooser);
    };
    (AccessPolicy $component:ident) => {
        const _: () = $crate::export::is_access_policy::<<$component as $crate::export::Component>::Plugin>();
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::access_decider::export_access_decider!($component with_types_in $crate::bindings::access_decider);
    };
    ($other:ident $component:ident) => {
        ::core::compile_error!(::core::concat!(
            "a role is Plugin, Poller, EventSink, FormatPolicy or AccessPolicy, got ",
            ::core::stringify!($other)
        ));
    };
}

/// Where an instance keeps its plugin: empty before `configure`.
pub struct Slot<P>(RefCell<Option<P>>);

impl<P> Slot<P> {
    /// Before `configure`.
    pub const fn empty() -> Self {
        Self(RefCell::new(None))
    }

    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "components alone are called"))]
    fn call<T>(&self, act: impl FnOnce(&mut P) -> T) -> T {
        act(self.0.borrow_mut().as_mut().expect("the host configures a plugin before anything else"))
    }
}

/// What [`export!`](crate::export) makes of a type; the interfaces that a component exports are made of this.
pub trait Component {
    /// The type.
    type Plugin: Configure;
    /// The crate's.
    const NAME: &'static str;
    /// The crate's.
    const VERSION: &'static str;
    /// The crate's.
    const DESCRIPTION: &'static str;

    /// The instance's only plugin.
    fn slot<T>(act: impl FnOnce(&Slot<Self::Plugin>) -> T) -> T;
}

/// What `describe` answers.
pub fn describe<C: Component>() -> String {
    let [name, version, description] = [C::NAME, C::VERSION, C::DESCRIPTION].map(serde_json::Value::from);
    let (options, grants) = (<C::Plugin as Configure>::OPTIONS, <C::Plugin as Configure>::GRANTS);
    format!(
        r#"{{"name":{name},"version":{version},"description":{description},"options":{options},"grants":{grants}}}"#
    )
}

/// What `configure` does.
pub fn configure<C: Component>(options: &str) -> Result<(), Vec<Mistake>> {
    let made = mistake::read(options).and_then(<C::Plugin as Configure>::configure)?;
    C::slot(|slot| slot.0.replace(Some(made)));
    Ok(())
}

#[cfg(target_arch = "wasm32")]
impl<C: Component> lifecycle::exports::framegate::plugin::lifecycle::Guest for C {
    fn describe() -> String {
        describe::<C>()
    }

    fn configure(options: String) -> Result<(), Vec<Mistake>> {
        configure::<C>(&options)
    }
}

#[cfg(target_arch = "wasm32")]
impl<C: Component<Plugin: Plugin>> processor::exports::framegate::plugin::processor::Guest for C {
    fn process(picture: &crate::Picture) -> crate::Verdict {
        C::slot(|slot| slot.call(|plugin| plugin.process(picture)))
    }
}

#[cfg(target_arch = "wasm32")]
impl<C: Component<Plugin: Poller>> ticker::exports::framegate::plugin::ticker::Guest for C {
    fn tick() -> Result<(), String> {
        C::slot(|slot| slot.call(Poller::tick))
    }
}

#[cfg(target_arch = "wasm32")]
impl<C: Component<Plugin: EventSink>> event_receiver::exports::framegate::plugin::event_receiver::Guest for C {
    fn deliver(event: &crate::Event) -> Result<(), crate::Failure> {
        C::slot(|slot| slot.call(|plugin| plugin.deliver(event)))
    }
}

#[cfg(target_arch = "wasm32")]
impl<C: Component<Plugin: FormatPolicy>> format_chooser::exports::framegate::plugin::format_chooser::Guest for C {
    fn choose(viewer: &crate::Viewer) -> crate::Choice {
        C::slot(|slot| slot.call(|plugin| plugin.choose(viewer)))
    }
}

#[cfg(target_arch = "wasm32")]
impl<C: Component<Plugin: AccessPolicy>> access_decider::exports::framegate::plugin::access_decider::Guest for C {
    fn decide(applicant: &crate::Applicant) -> crate::Decision {
        C::slot(|slot| slot.call(|plugin| plugin.decide(applicant)))
    }
}

// A bound that is named where the macro is called makes the compiler say which trait is missing, in the words of that trait.

#[doc(hidden)]
pub const fn is_plugin<P: Plugin>() {}
#[doc(hidden)]
pub const fn is_poller<P: Poller>() {}
#[doc(hidden)]
pub const fn is_event_sink<P: EventSink>() {}
#[doc(hidden)]
pub const fn is_format_policy<P: FormatPolicy>() {}
#[doc(hidden)]
pub const fn is_access_policy<P: AccessPolicy>() {}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sample;

    impl Configure for Sample {
        type Options = ();
        const OPTIONS: &'static str = r#"{"type":"null"}"#;
        const GRANTS: &'static str = r#"{"clock":"to know the time"}"#;

        fn configure((): ()) -> Result<Self, Vec<Mistake>> {
            Ok(Self)
        }
    }

    impl Component for Sample {
        type Plugin = Self;
        const NAME: &'static str = "sample";
        const VERSION: &'static str = "1";
        const DESCRIPTION: &'static str = "says \"b\"";

        fn slot<T>(act: impl FnOnce(&Slot<Self>) -> T) -> T {
            act(&Slot::empty())
        }
    }

    #[test]
    fn a_description_is_json() {
        let json: serde_json::Value = serde_json::from_str(&describe::<Sample>()).unwrap();
        assert_eq!(json["description"], "says \"b\"");
        assert_eq!(json["options"]["type"], "null");
        assert_eq!(json["grants"]["clock"], "to know the time");
        assert!(configure::<Sample>("null").is_ok());
    }
}
