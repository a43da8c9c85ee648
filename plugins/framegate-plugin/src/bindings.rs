#![allow(missing_docs, unused_qualifications, reason = "generated: the words are those of wit/")]

wit_bindgen::generate!({
    path: "../../wit",
    world: "filter",
    generate_all,
    pub_export_macro: true,
    default_bindings_module: "framegate_plugin::bindings",
    export_macro_name: "export_component",
});
