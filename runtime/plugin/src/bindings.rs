//! What wasmtime makes of `wit/`. The world `filter` has all that an analyzer has, so one set of bindings and one linker serve both.
#![allow(missing_docs, unreachable_pub, unused_qualifications, reason = "generated: the words are those of wit/")]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "filter",
    imports: { default: trappable },
    require_store_data_send: true,
    with: {
        "framegate:plugin/pictures.picture": crate::guest::Frame,
        "framegate:plugin/drawing.image": codec::draw::Image,
        "framegate:plugin/drawing.text-style": codec::draw::TextStyle,
    },
});
