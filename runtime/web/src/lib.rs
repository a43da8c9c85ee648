//! HTTP: the listener, routes, problems, the layer that asks `access`, the outputs' adapters, the pages.
//!
//! Owns everything that an HTTP client sees: addresses, statuses, headers, limits on connections and bodies, the WebSocket handshake. Does not own
//! what is sent behind it (`egress`), the shapes of the API's answers (`control`), who may (`access`), nor streams (`hub`).
//!
//! Architecture invariant: no other room names axum, hyper or an HTTP status.
//!
//! | address | what |
//! |---|---|
//! | `GET /ws/{stream}` | WebSocket: stills, or video with `format=mp4` or `h264`, as binary messages; JSON as text messages |
//! | `GET /mjpeg/{stream}` | `multipart/x-mixed-replace` of JPEGs |
//! | `GET /hls/{stream}/index.m3u8` and what it names; without `/hls` too | HLS |
//! | `GET /streams/{stream}/stream.m3u8` | its media playlist |
//! | `GET /still/{stream}.jpg`, `.webp` | the newest picture |
//! | `POST /ingest/{stream}` | one still for a stream whose source is `push` |
//! | `GET /api/streams`, `/api/streams/{name}`, `/api/plugins`, `/api/config`, `/api/session`, `/api/health`, `/healthz`, `/readyz` | what operators see |
//! | `POST /api/streams`, `PUT`, `PATCH`, `DELETE /api/streams/{name}` | a stream is made, replaced, changed, removed |
//! | `POST /api/streams/{name}/start`, `/stop`, `/restart` | it is connected, or not |
//! | `GET /api/streams/{name}/timeline`, `/api/events`, `/api/events/{id}/still` | what happened, and what happens |
//! | `GET /api/viewers`, `/api/streams/{name}/viewers`, `DELETE …/viewers/{id}` | who watches, and the end of a visit |
//! | `GET /metrics` | what is counted, for Prometheus |
//! | `POST /api/streams/{name}/link` | a link to a stream, for players that send no headers |
//! | `POST /api/plugins/{name}/reload` | a plugin is loaded anew |
//! | `GET /login`, `POST /login`, `POST /logout` | the session of a browser |
//! | `GET /`, `/watch/{stream}`, `/assets/…` | the pages |
//! | `/v3/…`, `/api/stream/…`, `/video_feed`, `/socket.io/` | other programs' interfaces, where `[compat]` has them |
//! | `GET /problems/{kind}` | what a problem's `type` means |
#![forbid(unsafe_code)]

mod accepts;
mod api;
mod app;
mod arrival;
mod ask;
mod asked;
mod body;
mod compat;
mod connection;
mod cors;
mod credentials;
mod description;
mod events;
mod first;
mod fresh;
mod hls;
mod identity;
mod ingest;
mod lasting;
mod links;
mod listener;
mod login;
mod logs;
mod metrics;
mod mjpeg;
mod outputs;
mod pages;
mod passwords;
mod pieces;
mod problem;
mod route;
mod router;
mod routes;
mod senders;
mod serve;
mod session;
mod sse;
mod still;
mod streams;
mod tag;
mod tls;
mod viewers;
mod wire;
mod ws;

pub use listener::{Error, Listeners, Settings, bind, take};
pub use serve::{Parts, serve};
pub use tls::{BadCertificate, Certificate, Certificates};
