//! `framegate health [URL]`: whether a server answers, for whoever restarts what does not; there is no curl in an image.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use outward::Believed;

/// How long connecting, and each wait for bytes, may take.
const WITHIN: Duration = Duration::from_secs(3);
/// A status line and no more is read.
const MOST: usize = 64;

/// Says in a word what came of it, for logs of health checks.
pub(crate) fn run(url: &str) -> anyhow::Result<ExitCode> {
    match ask(url) {
        Ok(()) => {
            writeln!(io::stdout(), "ok")?;
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            writeln!(io::stderr(), "error: {url}: {why}")?;
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Asks for `/healthz` behind this address. This machine may show any certificate: it is asked whether it lives, not who it is.
pub(crate) fn ask(url: &str) -> Result<(), String> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let port = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return Err("must begin with http:// or https://".into()),
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.trim_end_matches('/');
    let path = if path.is_empty() { "/healthz".to_owned() } else { format!("/{path}/healthz") };
    let has_port = authority.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
    let host = has_port.map_or(authority, |(host, _)| host).trim_matches(['[', ']']);
    let target = if has_port.is_some() { authority.to_owned() } else { format!("{authority}:{port}") };
    let addresses = target.to_socket_addrs().map_err(|error| error.to_string())?;
    let mut why = "no such address".to_owned();
    for address in addresses {
        let connected = TcpStream::connect_timeout(&address, WITHIN).and_then(|stream| {
            stream.set_read_timeout(Some(WITHIN))?;
            stream.set_write_timeout(Some(WITHIN))?;
            Ok(stream)
        });
        let asked = connected.and_then(|stream| match scheme {
            "https" => {
                let is_here = address.ip().to_canonical().is_loopback();
                let believed = if is_here { Believed::Any } else { Believed::Known };
                status(outward::blocking(stream, host, believed)?, authority, &path)
            }
            _ => status(stream, authority, &path),
        });
        match asked {
            Ok(line) if line.split(' ').nth(1) == Some("200") => return Ok(()),
            Ok(line) => why = format!("it answers {line:?}"),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

/// The first line of the answer.
fn status(mut stream: impl Read + Write, authority: &str, path: &str) -> io::Result<String> {
    let begun = Instant::now();
    // In one piece: who answers after the first line and closes would break the writing of the second.
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let (mut bytes, mut piece) = (Vec::new(), [0; MOST]);
    while bytes.len() < MOST && !bytes.contains(&b'\n') {
        // One that sends a byte now and then is not well either.
        if begun.elapsed() > WITHIN {
            return Err(io::ErrorKind::TimedOut.into());
        }
        match stream.read(&mut piece)? {
            0 => break,
            length => bytes.extend_from_slice(&piece[..length]),
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::BufRead as _;
    use std::net::TcpListener;

    use super::*;

    /// A server that answers once; gives its address, and the request line in the end.
    fn server(answer: &'static str) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("it connects");
            let lines = io::BufReader::new(stream.try_clone().expect("a clone")).lines();
            let request: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            // Who speaks TLS is gone before it is answered.
            _ = stream.write_all(answer.as_bytes());
            request.first().cloned().unwrap_or_default()
        });
        (url, asked)
    }

    #[test]
    fn only_200_is_health_and_a_prefix_stays() {
        let (url, asked) = server("HTTP/1.1 200 OK\r\n\r\nok");
        assert_eq!(ask(&format!("{url}/cameras/")), Ok(()));
        assert_eq!(asked.join().expect("it answered"), "GET /cameras/healthz HTTP/1.1");
        let (url, asked) = server("HTTP/1.1 503 Service Unavailable\r\n\r\n");
        assert!(ask(&url).expect_err("it stops").contains("503"));
        assert_eq!(asked.join().expect("it answered"), "GET /healthz HTTP/1.1");
        let (url, _asked) = server("");
        assert!(ask(&url).is_err());
        let (url, _asked) = server("HTTP/1.1 200 OK\r\n\r\nok");
        assert!(ask(&url.replace("http", "https")).is_err(), "no TLS there");
        assert!(ask("ftp://a").expect_err("no scheme of ours").contains("http://"));
    }
}
