//! Cameras that want to know who is there.

use anyhow::Result;
use framegate_tests::camera::{Camera, Fault, Scheme, Script};
use framegate_tests::clip::Numbered;
use framegate_tests::session::{open, stream_of, stream_with, take, take_all};
use source::{Error, Mending};

fn camera(scheme: Scheme) -> Script {
    Script::new(Numbered { pictures: 25, ..Numbered::default() }.h264()).auth(scheme, "admin", "pa:ss word")
}

#[tokio::test]
async fn credentials_with_colon_and_space_work_with_basic() -> Result<()> {
    let camera = Camera::start(camera(Scheme::Basic));
    take(&mut open(&stream_with(&camera, "admin", "pa:ss word")).await?, 3).await?;
    Ok(())
}

#[tokio::test]
async fn credentials_with_colon_and_space_work_with_digest() -> Result<()> {
    for scheme in [Scheme::Digest, Scheme::DigestQop] {
        let camera = Camera::start(camera(scheme));
        take(&mut open(&stream_with(&camera, "admin", "pa:ss word")).await?, 3).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_unauthorized_and_mends_slowly() {
    for scheme in [Scheme::Basic, Scheme::Digest] {
        let camera = Camera::start(camera(scheme));
        let error = open(&stream_with(&camera, "admin", "sesame")).await.unwrap_err();
        assert_eq!(error, Error::Unauthorized { given: true });
        assert_eq!(error.mending(), Mending::RetrySlowly);
        assert!(!error.to_string().contains("sesame"));
    }
}

#[tokio::test]
async fn no_password_where_one_is_wanted_says_so() {
    let camera = Camera::start(camera(Scheme::Digest));
    let error = open(&stream_of(&camera)).await.unwrap_err();
    assert_eq!(error, Error::Unauthorized { given: false });
}

/// retina answers one challenge only: a second 401 is the end of the session, whatever it says of staleness.
#[tokio::test]
async fn a_stale_nonce_ends_the_session_and_the_next_one_works() -> Result<()> {
    let camera = Camera::start(camera(Scheme::DigestQop).first_fault(Fault::NonceGoesStaleAfter(1)));
    let stream = stream_with(&camera, "admin", "pa:ss word");
    match open(&stream).await {
        Ok(mut session) => assert!(!take(&mut session, 3).await?.is_empty(), "a source that knows `stale` goes on"),
        Err(error) => {
            assert_eq!(error.mending(), Mending::Retry, "the credentials were right before: {error}");
            take(&mut open(&stream).await?, 3).await?;
        }
    }
    Ok(())
}

/// A keepalive that is refused: cameras do that when the nonce went stale in mid-stream.
#[tokio::test]
async fn a_nonce_that_goes_stale_in_mid_stream_does_not_hang() -> Result<()> {
    let script = camera(Scheme::Digest).session_timeout(std::time::Duration::from_secs(1));
    let camera = Camera::start(script.first_fault(Fault::NonceGoesStaleAfter(3)).first_fault(Fault::ClosesAfter(60)));
    let stream = stream_with(&camera, "admin", "pa:ss word");
    let (units, error) = take_all(&mut open(&stream).await?).await?;
    assert!(!units.is_empty());
    assert_eq!(error.mending(), Mending::Retry, "{error}");
    take(&mut open(&stream).await?, 3).await?;
    Ok(())
}
