//! What wit-bindgen makes of `wit/`: the imports once, and one module for each interface that a plugin may export. A plugin's component then
//! exports what [`export!`](crate::export) is asked for, and imports what it calls.
#![allow(missing_docs, unused_qualifications, reason = "generated: the words are those of wit/")]

/// Everything that a plugin may import; what it does not call is dropped when the component is made.
pub mod imports {
    wit_bindgen::generate!({
        inline: "
            package framegate:guest;

            world imports {
                import framegate:plugin/types@0.1.0;
                import framegate:plugin/pictures@0.1.0;
                import framegate:plugin/drawing@0.1.0;
                import framegate:plugin/host@0.1.0;
                import framegate:plugin/calendar@0.1.0;
                import framegate:plugin/state@0.1.0;
                import framegate:plugin/http@0.1.0;
                import framegate:plugin/events@0.1.0;
                import framegate:plugin/viewers@0.1.0;
                import framegate:plugin/admission@0.1.0;
            }
        ",
        path: "../../wit",
        generate_all,
        generate_unused_types: true,
        additional_derives: [PartialEq],
    });
}

/// Exported by every plugin.
pub mod lifecycle {
    wit_bindgen::generate!({
        inline: "package framegate:guest; world lifecycle { export framegate:plugin/lifecycle@0.1.0; }",
        path: "../../wit",
        generate_all,
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export_lifecycle",
        default_bindings_module: "framegate_plugin::bindings::lifecycle",
    });
}

/// Exported by [`Plugin`](crate::Plugin)s.
pub mod processor {
    wit_bindgen::generate!({
        inline: "package framegate:guest; world processor { export framegate:plugin/processor@0.1.0; }",
        path: "../../wit",
        with: {
            "framegate:plugin/types@0.1.0": super::imports::framegate::plugin::types,
            "framegate:plugin/pictures@0.1.0": super::imports::framegate::plugin::pictures,
            "framegate:plugin/processor@0.1.0": generate,
        },
        pub_export_macro: true,
        export_macro_name: "export_processor",
        default_bindings_module: "framegate_plugin::bindings::processor",
    });
}

/// Exported by [`Poller`](crate::Poller)s.
pub mod ticker {
    wit_bindgen::generate!({
        inline: "package framegate:guest; world ticker { export framegate:plugin/ticker@0.1.0; }",
        path: "../../wit",
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_ticker",
        default_bindings_module: "framegate_plugin::bindings::ticker",
    });
}

/// Exported by [`EventSink`](crate::EventSink)s.
pub mod event_receiver {
    wit_bindgen::generate!({
        inline: "package framegate:guest; world event-receiver { export framegate:plugin/event-receiver@0.1.0; }",
        path: "../../wit",
        with: {
            "framegate:plugin/types@0.1.0": super::imports::framegate::plugin::types,
            "framegate:plugin/pictures@0.1.0": super::imports::framegate::plugin::pictures,
            "framegate:plugin/events@0.1.0": super::imports::framegate::plugin::events,
            "framegate:plugin/event-receiver@0.1.0": generate,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export_event_receiver",
        default_bindings_module: "framegate_plugin::bindings::event_receiver",
    });
}

/// Exported by [`FormatPolicy`](crate::FormatPolicy)s.
pub mod format_chooser {
    wit_bindgen::generate!({
        inline: "package framegate:guest; world format-chooser { export framegate:plugin/format-chooser@0.1.0; }",
        path: "../../wit",
        with: {
            "framegate:plugin/viewers@0.1.0": super::imports::framegate::plugin::viewers,
            "framegate:plugin/format-chooser@0.1.0": generate,
        },
        pub_export_macro: true,
        export_macro_name: "export_format_chooser",
        default_bindings_module: "framegate_plugin::bindings::format_chooser",
    });
}

/// Exported by [`AccessPolicy`](crate::AccessPolicy)s.
pub mod access_decider {
    wit_bindgen::generate!({
        inline: "package framegate:guest; world access-decider { export framegate:plugin/access-decider@0.1.0; }",
        path: "../../wit",
        with: {
            "framegate:plugin/admission@0.1.0": super::imports::framegate::plugin::admission,
            "framegate:plugin/access-decider@0.1.0": generate,
        },
        additional_derives: [PartialEq],
        pub_export_macro: true,
        export_macro_name: "export_access_decider",
        default_bindings_module: "framegate_plugin::bindings::access_decider",
    });
}
