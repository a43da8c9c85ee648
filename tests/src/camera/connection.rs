//! One RTSP connection: requests in, answers out.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use rtsp_types::{Message, Method, ParseError, Request, Response, StatusCode, Version, headers};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::camera::auth::Door;
use crate::camera::playback::{End, Playback};
use crate::camera::script::{ExtraTrack, Fault, Script, SoundClock, Transports};
use crate::camera::sound::{self, Sound};
use crate::camera::transport::{Transport, Writer, is_interleaved};
use crate::camera::{Shared, rtp, sdp};

/// The most bytes of a request that is not complete yet.
const REQUEST_LIMIT: usize = 64 << 10;

struct Connection {
    shared: Arc<Shared>,
    script: Script,
    faults: Vec<Fault>,
    door: Option<Door>,
    /// Requests that were answered with 200.
    answered: usize,
    writer: Writer,
    peer: IpAddr,
    session: String,
    sequence: rtp::Sequence,
    video: Option<Transport>,
    /// The track of sound that was set up, and its number.
    sound: Option<(usize, Sound)>,
    playing: Option<JoinHandle<End>>,
}

/// What becomes of a connection behind a request.
enum Next {
    Read,
    Close,
}

/// Serves until either side closes.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>, index: usize) {
    let script = shared.script();
    let peer = stream.peer_addr().map_or(Ipv4Addr::LOCALHOST.into(), |address| address.ip());
    stream.set_nodelay(true).ok();
    let (reader, writer) = stream.into_split();
    let ssrc = 0x5ca1_ab1e_u32.wrapping_add(index as u32 * 0x0101_0101);
    let connection = Connection {
        faults: script.faults_of(index),
        door: script.auth.clone().map(|auth| Door::new(auth, ssrc)),
        answered: 0,
        writer: Arc::new(Mutex::new(writer)),
        peer,
        session: format!("{ssrc:08x}"),
        // Sequence numbers wrap within the first second of each session (RFC 3550, section A.1).
        sequence: rtp::Sequence::new(ssrc, sdp::video_type(script.clip.codec), 65_500),
        video: None,
        sound: None,
        playing: None,
        shared,
        script,
    };
    connection.run(reader).await;
}

impl Connection {
    async fn run(mut self, mut reader: OwnedReadHalf) {
        let mut orders = self.shared.orders.subscribe();
        let generation = orders.borrow().generation;
        let mut received = Vec::new();
        loop {
            while let Some(request) = next_request(&mut received) {
                let Ok(request) = request else { return };
                tokio::time::sleep(self.script.thinks).await;
                if let Next::Close = self.answer(&request).await {
                    return;
                }
            }
            let ended = async {
                match &mut self.playing {
                    Some(playing) => playing.await.unwrap_or(End::Closed),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                read = reader.read_buf(&mut received) => {
                    if !matches!(read, Ok(1..)) || received.len() > REQUEST_LIMIT {
                        return;
                    }
                }
                End::Closed = ended => return,
                _ = orders.wait_for(|orders| orders.generation != generation) => return,
            }
        }
    }

    async fn answer(&mut self, request: &Request<Vec<u8>>) -> Next {
        let method = request.method().clone();
        self.count(&method);
        let scripted = self.faults.iter().find_map(|fault| match fault {
            Fault::NeverAnswers(silent) if *silent == method => Some(None),
            Fault::Answers(refused, status) if *refused == method => Some(Some(*status)),
            _ => None,
        });
        match scripted {
            Some(None) => return Next::Read,
            Some(Some(status)) => return self.refuse(request, status).await,
            None => {}
        }
        if self.is_refused(request, &method) {
            return self.refuse(request, StatusCode::Unauthorized).await;
        }
        let known = request.request_uri().is_none_or(|uri| uri.path().starts_with("/cam"));
        if !known && method != Method::Options {
            return self.refuse(request, StatusCode::NotFound).await;
        }
        match method {
            Method::Describe => self.describe(request).await,
            Method::Setup => self.setup(request).await,
            Method::Play => self.play(request).await,
            Method::Teardown => {
                self.stop();
                let answer = self.ok(request).empty();
                self.send(&answer.map_body(|_| Vec::new())).await;
                Next::Close
            }
            Method::Options => {
                let public = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER, SET_PARAMETER";
                let answer = self.ok(request).header(headers::PUBLIC, public).empty();
                self.send(&answer.map_body(|_| Vec::new())).await
            }
            Method::GetParameter | Method::SetParameter => {
                let answer = self.ok(request).empty();
                self.send(&answer.map_body(|_| Vec::new())).await
            }
            _ => self.refuse(request, StatusCode::NotImplemented).await,
        }
    }

    fn count(&self, method: &Method) {
        let playing = self.playing.is_some();
        self.shared.count(|counts| match method {
            Method::Options | Method::GetParameter | Method::SetParameter if playing => counts.keepalives += 1,
            Method::Options => counts.options += 1,
            Method::Describe => counts.describes += 1,
            Method::Setup => counts.setups += 1,
            Method::Teardown => counts.teardowns += 1,
            _ => {}
        });
    }

    /// Whether the doorkeeper says no; OPTIONS needs no credentials.
    fn is_refused(&mut self, request: &Request<Vec<u8>>, method: &Method) -> bool {
        let Some(door) = &mut self.door else { return false };
        if *method == Method::Options {
            return false;
        }
        let stale = |fault: &Fault| matches!(fault, Fault::NonceGoesStaleAfter(requests) if self.answered >= *requests);
        if let Some(at) = self.faults.iter().position(stale) {
            self.faults.remove(at);
            door.change_nonce();
        }
        let given = request.header(&headers::AUTHORIZATION).map(|value| value.as_str());
        !door.opens(<&str>::from(method), given)
    }

    async fn describe(&mut self, request: &Request<Vec<u8>>) -> Next {
        let base =
            request.request_uri().map_or(String::new(), |uri| format!("{}/", uri.as_str().trim_end_matches('/')));
        let answer = self
            .ok(request)
            .header(headers::CONTENT_TYPE, "application/sdp")
            .header(headers::CONTENT_BASE, base)
            .build(sdp::describe(&self.script).into_bytes());
        self.send(&answer).await
    }

    async fn setup(&mut self, request: &Request<Vec<u8>>) -> Next {
        let asked = request.header(&headers::TRANSPORT).map_or("", |value| value.as_str()).to_owned();
        let refusal = match (self.script.transports, is_interleaved(&asked)) {
            (Transports::UdpOnly, true) | (Transports::TcpOnly, false) => Some(StatusCode::UnsupportedTransport),
            (Transports::UdpOnlyAnd400, true) => Some(StatusCode::BadRequest),
            _ => None,
        };
        if let Some(status) = refusal {
            return self.refuse(request, status).await;
        }
        let track = request.request_uri().and_then(|uri| uri.path().rsplit_once("/track")?.1.parse().ok());
        let Some(track) = track.filter(|track| *track <= self.script.tracks.len()) else {
            return self.refuse(request, StatusCode::NotFound).await;
        };
        let ssrc = self.sequence.ssrc.wrapping_add(track as u32);
        let Ok((transport, header)) = Transport::open(&asked, &self.writer, self.peer, ssrc).await else {
            return self.refuse(request, StatusCode::UnsupportedTransport).await;
        };
        self.shared.count(|counts| {
            counts.tracks.push(track);
            counts.udp += usize::from(transport.is_udp());
        });
        match track.checked_sub(1).map(|extra| self.script.tracks[extra]) {
            None => self.video = Some(transport),
            Some(kind @ (ExtraTrack::Aac | ExtraTrack::Silence | ExtraTrack::Pcmu)) => {
                self.sound = Some((track, Sound::new(kind, transport, ssrc, self.script.sound_clock)));
            }
            Some(_) => {}
        }
        let answer = self.ok(request).header(headers::TRANSPORT, header).empty();
        self.send(&answer.map_body(|_| Vec::new())).await
    }

    async fn play(&mut self, request: &Request<Vec<u8>>) -> Next {
        let Some(transport) = self.video.clone() else {
            return self.refuse(request, StatusCode::MethodNotValidInThisState).await;
        };
        let uri = request.request_uri().map_or("", |uri| uri.as_str()).trim_end_matches('/').to_owned();
        let first = Playback::first_timestamp(&self.script);
        let mut info = format!("url={uri}/track0;seq={};rtptime={first}", self.sequence.next);
        if let Some((track, sound)) = self.sound.as_ref().filter(|(_, sound)| sound.clock != SoundClock::Untold) {
            let first = sound::TIMESTAMP_START;
            info += &format!(",url={uri}/track{track};seq={};rtptime={first}", sound.sequence.next);
        }
        let answer = self.ok(request).header(headers::RTP_INFO, info).header(headers::RANGE, "npt=now-").empty();
        self.send(&answer.map_body(|_| Vec::new())).await;
        self.shared.count(|counts| counts.plays += 1);
        let sound = self.sound.take().map(|(_, sound)| sound);
        let playback =
            Playback::new(self.shared.clone(), &self.script, self.faults.clone(), (transport, sound), self.sequence);
        self.playing = Some(tokio::spawn(playback.run()));
        Next::Read
    }

    fn ok(&mut self, request: &Request<Vec<u8>>) -> rtsp_types::ResponseBuilder {
        self.answered += 1;
        self.response(request, StatusCode::Ok)
    }

    fn response(&self, request: &Request<Vec<u8>>, status: StatusCode) -> rtsp_types::ResponseBuilder {
        let sequence = request.header(&headers::CSEQ).map_or("0", |value| value.as_str()).to_owned();
        let response = Response::builder(Version::V1_0, status).header(headers::CSEQ, sequence);
        if self.video.is_none() && *request.method() != Method::Setup {
            return response;
        }
        response.header(headers::SESSION, format!("{};timeout={}", self.session, self.script.session_timeout.as_secs()))
    }

    async fn refuse(&mut self, request: &Request<Vec<u8>>, status: StatusCode) -> Next {
        self.shared.count(|counts| counts.refusals += 1);
        let mut response = self.response(request, status);
        if let (StatusCode::Unauthorized, Some(door)) = (status, &self.door) {
            response = response.header(headers::WWW_AUTHENTICATE, door.challenge());
        }
        self.send(&response.empty().map_body(|_| Vec::new())).await
    }

    async fn send(&self, response: &Response<Vec<u8>>) -> Next {
        let mut bytes = Vec::new();
        response.write(&mut bytes).expect("writing to memory");
        match self.writer.lock().await.write_all(&bytes).await {
            Ok(()) => Next::Read,
            Err(_) => Next::Close,
        }
    }

    fn stop(&mut self) {
        if let Some(playing) = self.playing.take() {
            playing.abort();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Takes the next request out of what was received; interleaved packets of the client (receiver reports) are passed over.
fn next_request(received: &mut Vec<u8>) -> Option<Result<Request<Vec<u8>>, ParseError>> {
    loop {
        match Message::<Vec<u8>>::parse(received) {
            Ok((message, consumed)) => {
                received.drain(..consumed);
                if let Message::Request(request) = message {
                    return Some(Ok(request));
                }
            }
            Err(ParseError::Incomplete(_)) => return None,
            Err(error) => return Some(Err(error)),
        }
    }
}
