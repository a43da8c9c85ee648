//! The pages for people. They show nothing by themselves: what they show they ask the API for.

use crate::problem::Kind;
use crate::route::{Operation, Route};
use crate::{api, login, pages};

const HTML: &[&str] = &["text/html"];
const FILES: &[&str] = &["text/javascript", "text/css", "text/html", "image/svg+xml"];

pub(super) fn routes() -> Vec<Route> {
    let page = |id, summary| {
        let told =
            Operation::new(id, summary).media(200, "a page", HTML).media(304, "it is the one that is known", &[]);
        told.open()
    };
    vec![
        Route::at("/").get(pages::grid, page("showGrid", "All streams, as pictures")),
        Route::at("/watch/{stream}").get(pages::watch, page("showStream", "One stream")),
        Route::at("/dashboard").get(pages::dashboard, page("showDashboard", "All streams, as they are")),
        Route::at("/dashboard/{stream}")
            .get(pages::stream, page("manageStream", "One stream: how it is, what happened, its settings")),
        Route::at("/login")
            .get(login::page, page("showLogin", "Asks for a name and a password"))
            .post(
                login::login,
                Operation::new("logIn", "Begins the session of a browser")
                    .body(&["application/x-www-form-urlencoded"], |_| schemars::json_schema!({ "type": "object" }))
                    .media(303, "leads to the page, or back to `/login`, which says why", &[])
                    .problems(&[Kind::Busy])
                    .open(),
            )
            .limited(login::MAX_FORM),
        Route::at("/logout").post(
            login::logout,
            Operation::new("logOut", "Ends the session of a browser").media(303, "leads to `/login`", &[]).open(),
        ),
        Route::at("/assets/{file}").get(
            pages::asset,
            Operation::new("getAsset", "A file of the pages")
                .media(200, "a file", FILES)
                .media(304, "it is the one that is known", &[])
                .problems(&[Kind::NotFound])
                .open(),
        ),
        Route::at("/problems/{kind}").get(
            api::problem,
            Operation::new("explainProblem", "What a kind of problem means, and what to do")
                .media(200, "for people", &["text/plain"])
                .problems(&[Kind::NotFound])
                .open(),
        ),
    ]
}
