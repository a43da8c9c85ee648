//! What `framegate --help` ends with.

/// How it is begun with.
pub(super) const EXAMPLES: &str = "\
Examples:
  framegate                          serve what streams.toml in this folder says
  framegate run /etc/framegate.toml  the same with another file
  framegate check                    name every mistake in streams.toml, and start nothing
  framegate schema > schema.json     the file's JSON schema, for your editor
  framegate doctor                   look at cameras, machine and configuration, and say what to do
  framegate top                      show streams, viewers and events in the terminal
  framegate plugin new --lang rust --role filter name-plate
                                     a plugin of your own, in Rust, C, JavaScript, Python or Go
  framegate user hash                ask for a password, and print what streams.toml needs to check it
  framegate plugin dev name-plate    it, on live pictures, built anew at each save

A file to begin with, which needs no camera:
  [streams.demo]
  source = \"test://\"
  plugins = [{ use = \"clock\" }]

A camera:
  [streams.lobby]
  source = \"rtsp://10.0.0.4/stream1\"
  username = \"viewer\"
  password = \"${LOBBY_PASSWORD}\"

Then open http://127.0.0.1:8080, or take one output:
  http://127.0.0.1:8080/watch/lobby      a page
  http://127.0.0.1:8080/mjpeg/lobby      for <img> and most other programs
  http://127.0.0.1:8080/still/lobby.jpg  the newest picture

FRAMEGATE_LOG says what is logged, such as `debug` or `info,stream=debug`.
Exit status: 0 done, 1 failed, 2 a mistake in the file or on the command line.";
