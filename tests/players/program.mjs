// node program.mjs ffmpeg|gstreamer|playbin3|vlc BASE STREAM SECONDS: see README.md.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, chownSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./browser.mjs";
import { complaints, round, tell } from "./verdict.mjs";

/** `nobody`: VLC does not run as root. */
const NOBODY = 65_534;
/** A live player begins some segments behind live, and the camera has to start: of so many seconds nothing is asked. */
const START_S = 12;
/** ffmpeg, of H.264 that it joins between two key frames. */
const JOINED = /non-existing PPS|decode_slice_header error|no frame!/;
/** Of no consequence: ffmpeg reads the init segment again with each playlist; VLC takes the first fragment that it sees for one behind others. */
const HARMLESS = /duplicated MOOV Atom|Last message repeated|Empty segment|Fragment sequence discontinuity detected \d+ != 0$|interface/;

const [name, base, stream, seconds = "60"] = process.argv.slice(2);
const url = `${base}/hls/${stream}/index.m3u8`;
const PLAYERS = {
  ffmpeg: {
    program: "ffmpeg",
    arguments: ["-hide_banner", "-nostats", "-progress", "pipe:1", "-loglevel", "warning", "-i", url, "-t", seconds, "-f", "null", "-"],
    judge: ({ out, err }) => {
      const value = (key) => Number([...out.matchAll(new RegExp(`^${key}=\\s*([\\d.]+)`, "gm"))].at(-1)?.[1] ?? NaN);
      const played = value("out_time_us") / 1e6;
      const joined = err.filter((line) => JOINED.test(line)).length;
      return { played, figures: { frames: value("frame"), dropped: value("drop_frames"), duplicated: value("dup_frames"), joined }, errors: err.filter((line) => !JOINED.test(line) && !HARMLESS.test(line)) };
    },
  },
  // Its old demultiplexer of HLS, and its new one.
  gstreamer: { program: "gst-launch-1.0", arguments: gstreamerWith("playbin"), judge: gstreamer },
  playbin3: { program: "gst-launch-1.0", arguments: gstreamerWith("playbin3"), judge: gstreamer },
  vlc: {
    program: "cvlc",
    arguments: ["--intf", "dummy", "--vout", "dummy", "--aout", "dummy", "--no-color", "-vv", "--play-and-exit", "--run-time", seconds, url, "vlc://quit"],
    judge: ({ err, took }) => {
      const count = (words) => err.filter((line) => words.test(line)).length;
      const shown = { segments: count(/Retrieving .*\.(?:m4s|ts)$/), late: count(/picture is too late|might be late|buffer too late/), buffering: count(/Stream buffering done/) };
      const errors = err.filter((line) => / error: |discontinuity|Timestamp conversion failed/i.test(line) && !HARMLESS.test(line));
      return { played: took, figures: shown, errors };
    },
  },
};

const player = PLAYERS[name];
if (!player || !stream) {
  console.error(`usage: node program.mjs ${Object.keys(PLAYERS).join("|")} BASE STREAM SECONDS`);
  process.exit(2);
}
const ran = await run(player.program, player.arguments);
const { played, figures, errors } = player.judge(ran);
tell(
  { player: name, stream, took: round(ran.took), played: round(played), ...figures, status: ran.status, errors: errors.slice(0, 8) },
  complaints([
    ["nothing was played", !(played > 0)],
    ["it ended early", ran.ended],
    [`it played less than ${Number(seconds) - START_S} s`, !(played >= Number(seconds) - START_S)],
    ["errors", errors.length > 0],
  ]),
);

function gstreamerWith(element) {
  return ["-v", element, `uri=${url}`, "video-sink=fakesink name=unit silent=false sync=true", "audio-sink=fakesink sync=true"];
}

/** Of what `-v` says of each unit: when it is to be shown, and whether one goes on from the other. */
function gstreamer({ out, err, ended }) {
  const shown = [...out.matchAll(/chain\s+\*{7}.*?pts: (\d+):(\d+):([\d.]+)/g)].map(([, h, m, s]) => h * 3600 + m * 60 + Number(s));
  const discontinuities = [...out.matchAll(/chain\s+\*{7}.*?flags: [^,]*discont/g)].length;
  const played = shown.length ? Math.max(...shown) - Math.min(...shown) : NaN;
  const errors = err.concat(out.split("\n")).filter((line) => /^(?:ERROR|WARNING)|error:|warning:/i.test(line));
  return { played, figures: { frames: shown.length, discontinuities, ended }, errors };
}

/** Runs a program for as long as is asked, and a little: a player may take its time to start. */
function run(program, list) {
  const path = findProgram(program);
  const folder = mkdtempSync(join(tmpdir(), "framegate-player-"));
  const options = { env: { ...process.env, HOME: folder, XDG_RUNTIME_DIR: folder }, stdio: ["ignore", "pipe", "pipe"] };
  if (process.getuid?.() === 0) {
    chownSync(folder, NOBODY, NOBODY);
    Object.assign(options, { uid: NOBODY, gid: NOBODY });
  }
  const began = performance.now();
  const child = spawn(path, list, options);
  const said = { out: "", err: "" };
  child.stdout.on("data", (bytes) => (said.out += bytes));
  child.stderr.on("data", (bytes) => (said.err += bytes));
  let stopped = false;
  const stop = () => ((stopped = true), child.kill("SIGINT"));
  const limit = (Number(seconds) + (name === "ffmpeg" || name === "vlc" ? START_S + 5 : 0)) * 1000;
  const timers = [setTimeout(stop, limit), setTimeout(() => child.kill("SIGKILL"), limit + 5000)];
  return new Promise((resolve) => {
    child.on("close", (status) => {
      timers.forEach(clearTimeout);
      rmSync(folder, { recursive: true, force: true });
      const took = (performance.now() - began) / 1000;
      const err = said.err.split("\n").map((line) => line.trim()).filter(Boolean);
      resolve({ out: said.out, err, status, took, ended: !stopped && took < Number(seconds) - START_S });
    });
  });
}
