// node program.mjs ffmpeg|gstreamer|playbin3|vlc BASE STREAM SECONDS: see README.md.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, chownSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./browser.mjs";
import { complaints, round, tell, watchMachine } from "./verdict.mjs";

/** `nobody`: VLC does not run as root. */
const NOBODY = 65_534;
/** A live player begins some segments behind live, and the camera has to start: that takes it so many seconds at most, and what it does then is not judged. */
const START_S = 12;
const SETTLING_S = 3;
/** How much farther from live it may be at the end: one that plays by its clock not at all, one that reads in segments as far as one is long. */
const FELL_BACK_S = { clock: 0.5, segments: 3 };
/** The longest time without a picture, of those that play by a clock. */
const PAUSE_S = 0.5;
/** ffmpeg, of H.264 that it joins between two key frames. */
const JOINED = /non-existing PPS|decode_slice_header error|no frame!/;
/** Of no consequence: ffmpeg reads the init segment again with each playlist; VLC takes the first fragment that it sees for one behind others. */
const HARMLESS = /duplicated MOOV Atom|Last message repeated|Empty segment|Fragment sequence discontinuity detected \d+ != 0$|interface/;

const [name, base, stream, seconds = "60"] = process.argv.slice(2);
/** Of the stream: what a player loads of before it began comes at once. */
const length = String(Number(seconds) + START_S);
const url = `${base}/hls/${stream}/index.m3u8`;
const PLAYERS = {
  ffmpeg: {
    program: "ffmpeg",
    arguments: ["-hide_banner", "-nostats", "-progress", "pipe:1", "-loglevel", "warning", "-i", url, "-t", length, "-f", "null", "-"],
    judge: ({ out, err, heard }) => {
      const value = (key) => Number([...out.matchAll(new RegExp(`^${key}=\\s*([\\d.]+)`, "gm"))].at(-1)?.[1] ?? NaN);
      const played = value("out_time_us") / 1e6;
      const joined = err.filter((line) => JOINED.test(line)).length;
      const fellBack = behind(heard, (text) => Number(text.match(/^out_time_us=(\d+)/m)?.[1] ?? NaN) / 1e6);
      const figures = { frames: value("frame"), dropped: value("drop_frames"), duplicated: value("dup_frames"), joined, fell_back: fellBack };
      const errors = err.filter((line) => !JOINED.test(line) && !HARMLESS.test(line));
      return { played, figures, errors, wrong: [["it falls behind", !(fellBack <= FELL_BACK_S.segments)]] };
    },
  },
  // Its old demultiplexer of HLS, and its new one.
  gstreamer: { program: "gst-launch-1.0", arguments: gstreamerWith("playbin"), judge: gstreamer },
  playbin3: { program: "gst-launch-1.0", arguments: gstreamerWith("playbin3"), judge: gstreamer },
  vlc: {
    program: "cvlc",
    arguments: ["--intf", "dummy", "--vout", "dummy", "--aout", "dummy", "--no-color", "-vv", "--play-and-exit", "--run-time", length, url, "vlc://quit"],
    judge: ({ err, took }) => {
      const count = (words) => err.filter((line) => words.test(line)).length;
      const shown = { segments: count(/Retrieving .*\.(?:m4s|ts)$/), late: count(/picture is too late|might be late|buffer too late/), buffering: count(/Stream buffering done/) };
      const errors = err.filter((line) => / error: |discontinuity|Timestamp conversion failed/i.test(line) && !HARMLESS.test(line));
      const wrong = [
        ["it stalled", shown.buffering > 1],
        ["it loaded too little", shown.segments < Number(seconds) / 2 - 2],
      ];
      return { played: took, figures: shown, errors, wrong };
    },
  },
};

const player = PLAYERS[name];
if (!player || !stream) {
  console.error(`usage: node program.mjs ${Object.keys(PLAYERS).join("|")} BASE STREAM SECONDS`);
  process.exit(2);
}
const machine = watchMachine();
const ran = await run(player.program, player.arguments);
const { played, figures, errors, wrong } = player.judge(ran);
tell(
  { player: name, stream, took: round(ran.took), played: round(played), ...figures, ...machine(), status: ran.status, errors: errors.slice(0, 8) },
  complaints([
    ["nothing was played", !(played > 0)],
    ["it ended early", ran.ended],
    [`it played less than ${seconds} s`, !(played >= Number(seconds))],
    ...wrong,
    ["errors", errors.length > 0],
  ]),
);

function gstreamerWith(element) {
  return ["-v", element, `uri=${url}`, "video-sink=fakesink name=unit silent=false sync=true", "audio-sink=fakesink sync=true"];
}

/** Of what `-v` says of each unit: when it is to be shown, and whether one goes on from the other. */
function gstreamer({ out, err, ended, heard }) {
  const UNIT = /chain\s+\*{7}.*?pts: (\d+):(\d+):([\d.]+)/g;
  const times = (text) => [...text.matchAll(UNIT)].map(([, h, m, s]) => h * 3600 + m * 60 + Number(s));
  const shown = times(out);
  const discontinuities = [...out.matchAll(/chain\s+\*{7}.*?flags: [^,]*discont/g)].length;
  const played = shown.length ? Math.max(...shown) - Math.min(...shown) : NaN;
  const errors = err.concat(out.split("\n")).filter((line) => /^(?:ERROR|WARNING)|error:|warning:/i.test(line));
  const units = heard.filter(({ text }) => times(text).length);
  const pauses = units.slice(1).map(({ at }, index) => at - units[index].at);
  const settled = pauses.filter((_, index) => units[index].at - units[0].at >= SETTLING_S);
  const [fellBack, pause] = [behind(heard, (text) => times(text).at(-1)), settled.length ? Math.max(...settled) : Infinity];
  const figures = { frames: shown.length, discontinuities, ended, fell_back: fellBack, longest_pause: round(pause) };
  const wrong = [
    ["it stalled", pause > PAUSE_S],
    // The first unit says so too.
    ["it went over a discontinuity", discontinuities > 1],
    ["it falls behind", !(fellBack <= FELL_BACK_S.clock)],
  ];
  return { played, figures, errors, wrong };
}

/** How much less than the time that passed was played, once it had settled: `time` is what a piece of what it said tells of that. */
function behind(heard, time) {
  const told = heard.map(({ at, text }) => [at, time(text)]).filter(([, played]) => Number.isFinite(played));
  const settled = told.filter(([at]) => at - told[0][0] >= SETTLING_S);
  const [first, last] = [settled[0], settled.at(-1)];
  return first ? round(last[0] - first[0] - (last[1] - first[1])) : NaN;
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
  const said = { out: "", err: "", heard: [] };
  child.stdout.on("data", (bytes) => {
    said.out += bytes;
    said.heard.push({ at: (performance.now() - began) / 1000, text: String(bytes) });
  });
  child.stderr.on("data", (bytes) => (said.err += bytes));
  let stopped = false;
  const stop = () => ((stopped = true), child.kill("SIGINT"));
  process.once("SIGTERM", () => (child.kill("SIGKILL"), process.exit(2)));
  const limit = Number(length) * 1000;
  const timers = [setTimeout(stop, limit), setTimeout(() => child.kill("SIGKILL"), limit + 5000)];
  return new Promise((resolve) => {
    child.on("close", (status) => {
      timers.forEach(clearTimeout);
      rmSync(folder, { recursive: true, force: true });
      const took = (performance.now() - began) / 1000;
      const err = said.err.split("\n").map((line) => line.trim()).filter(Boolean);
      resolve({ out: said.out, heard: said.heard, err, status, took, ended: !stopped && took < Number(seconds) });
    });
  });
}
