use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post};
use axum::{Extension, Router};

use crate::app::App;
use crate::ask::ask;
use crate::problem::{Kind, Problem};
use crate::{api, events, hls, ingest, links, login, metrics, mjpeg, pages, still, streams, viewers, ws};

/// All addresses.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/ws/{stream}", get(ws::ws))
        .route("/mjpeg/{stream}", get(mjpeg::mjpeg))
        .route("/hls/{stream}/{file}", get(hls::hls).options(hls::preflight))
        .route("/{stream}/{file}", get(hls::hls).options(hls::preflight))
        .route("/streams/{stream}/{file}", get(hls::hls).options(hls::preflight))
        .route("/still/{file}", get(still::still))
        .route("/ingest/{stream}", post(ingest::ingest))
        .route("/api/streams", get(streams::list).post(streams::create))
        .route(
            "/api/streams/{stream}",
            get(streams::get).put(streams::put).patch(streams::patch).delete(streams::delete),
        )
        .route("/api/streams/{stream}/start", post(streams::act).layer(Extension(streams::Action::Start)))
        .route("/api/streams/{stream}/stop", post(streams::act).layer(Extension(streams::Action::Stop)))
        .route("/api/streams/{stream}/restart", post(streams::act).layer(Extension(streams::Action::Restart)))
        .route("/api/streams/{stream}/timeline", get(streams::timeline))
        .route("/api/streams/{stream}/viewers", get(viewers::of_stream))
        .route("/api/streams/{stream}/viewers/{id}", delete(viewers::kick))
        .route("/api/viewers", get(viewers::all))
        .route("/api/events", get(events::events))
        .route("/api/events/{id}/still", get(events::still))
        .route("/api/config", get(api::config))
        .route("/api/streams/{stream}/link", post(links::link))
        .route("/api/plugins", get(api::plugins))
        .route("/api/plugins/{plugin}/reload", post(api::reload))
        .route("/api/health", get(api::health))
        .route("/healthz", get(api::healthz))
        .route("/readyz", get(api::readyz))
        .route("/metrics", get(metrics::metrics))
        .route("/problems/{kind}", get(api::problem))
        .route("/login", get(login::page).post(login::login).layer(DefaultBodyLimit::max(login::MAX_FORM)))
        .route("/logout", post(login::logout))
        .route("/", get(pages::grid))
        .route("/watch/{stream}", get(pages::watch))
        .route("/dashboard", get(pages::dashboard))
        .route("/dashboard/{stream}", get(pages::stream))
        .route("/assets/{file}", get(pages::asset))
        .method_not_allowed_fallback(async || {
            Problem::plain(Kind::MethodNotAllowed, "this address takes another method")
        })
        .fallback(async || Problem::not_found())
        .layer(from_fn_with_state(app.clone(), ask))
        .with_state(app)
}
