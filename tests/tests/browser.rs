//! The browser itself, without the program: a page that moves is seen to move.

use std::time::Duration;

use anyhow::Result;
use framegate_tests::browser::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_told_what_to_do_and_leaves_when_it_is_closed() -> Result<()> {
    let Some(mut browser) = Browser::start("a_browser_is_told_what_to_do_and_leaves_when_it_is_closed").await? else {
        return Ok(());
    };
    browser.navigate("data:text/html,<p id=p>0</p><script>setInterval(()=>p.textContent++,20)</script>").await?;
    browser.wait_for("Number(p.textContent) > 5", Duration::from_secs(10)).await?;
    assert_eq!(browser.evaluate("Promise.resolve(6 * 7)").await?, 42);
    assert!(browser.evaluate("nothing.here").await.is_err());
    browser.evaluate("console.error('seen')").await?;
    assert!(browser.complaints().iter().any(|said| said.contains("seen")), "{:?}", browser.complaints());
    browser.close().await
}
