//! What wasmtime makes of `wit/`: one set of types and host traits for all roles. What a component exports is looked up in [`crate::exports`], since
//! the generated world would want every export to be there.
#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    dead_code,
    reason = "generated: the words are those of wit/"
)]

wasmtime::component::bindgen!({
    path: "../../wit",
    inline: "
        package framegate:everything;
        world everything {
            import framegate:plugin/types@0.1.0;
            import framegate:plugin/pictures@0.1.0;
            import framegate:plugin/drawing@0.1.0;
            import framegate:plugin/host@0.1.0;
            import framegate:plugin/calendar@0.1.0;
            import framegate:plugin/state@0.1.0;
            import framegate:plugin/http@0.1.0;
            import framegate:plugin/events@0.1.0;
            import framegate:plugin/admission@0.1.0;
            import framegate:plugin/viewers@0.1.0;
            export framegate:plugin/lifecycle@0.1.0;
            export framegate:plugin/processor@0.1.0;
            export framegate:plugin/ticker@0.1.0;
            export framegate:plugin/event-receiver@0.1.0;
            export framegate:plugin/access-decider@0.1.0;
            export framegate:plugin/format-chooser@0.1.0;
        }
    ",
    world: "framegate:everything/everything",
    imports: { default: trappable },
    require_store_data_send: true,
    with: {
        "framegate:plugin/pictures.picture": crate::guest::Frame,
        "framegate:plugin/drawing.image": codec::draw::Image,
        "framegate:plugin/drawing.text-style": codec::draw::TextStyle,
        "framegate:plugin/http.request": crate::http::Request,
        "framegate:plugin/http.response": crate::http::Response,
        "framegate:plugin/events.event": crate::guest::Told,
        "framegate:plugin/admission.applicant": crate::access::Applicant,
        "framegate:plugin/viewers.viewer": crate::policy::Viewer,
        "framegate:plugin/viewers.choice": crate::policy::Choice,
    },
});
