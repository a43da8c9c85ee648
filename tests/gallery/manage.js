// The API of a server that is not there: what the dashboard asks for beside the list of streams.
import { cameras } from "./cameras.js";
import { MISTAKES, NOW, OPTIONS, SCHEMA, VIEWERS, detailed, events, link, stats, steps } from "./fixtures.js";
import { still } from "./stills.js";

/** What is told of a stream, by name: the second argument of `detailed`. `refused` has the file refused, `slower` another be faster. */
export const manage = { streams: {}, refused: false, slower: false, mayControl: true };

const refusal = (status, kind, detail, more = {}) => Response.json({ type: `/problems/${kind}`, status, detail, ...more }, { status });

/** The answer to a request below `/api/`; `undefined` where another knows it. */
export function answer(path, { method = "GET", body } = {}) {
  const [what, name, part] = path.split("?")[0].split("/").slice(2).map(decodeURIComponent);
  if (what === "session") return Response.json(session());
  if (what === "stats") return Response.json(stats());
  if (what === "config") return Response.json({ file: { read_at: NOW - 600_000, mistakes: manage.refused ? MISTAKES : [] }, added: [], in_file_too: [], left_out: {} });
  if (what === "schemas") return Response.json(SCHEMA);
  if (what === "plugins") return name ? Response.json(plugin(name)) : Response.json({ plugins: plugins() });
  if (what === "events") return name ? picture() : Response.json({ events: events() });
  if (what !== "streams" || !name) return undefined;
  if (!cameras.has(name) && method === "GET") return refusal(404, "unknown-stream", `no stream named \`${name}\` is configured`);
  if (part === "timeline") return Response.json({ stream: name, steps: steps() });
  if (part === "viewers") return manage.mayControl ? Response.json({ viewers: VIEWERS }) : refusal(403, "forbidden", "this user may not do that");
  if (method !== "GET") return change(path, name, JSON.parse(body ?? "{}"));
  return Response.json(detailed(name, manage.streams[name]), { headers: { ETag: '"7"' } });
}

function session() {
  const all = ["*"];
  return { name: null, kind: "anybody", may: { view: all, publish: all, control: manage.mayControl ? all : [], metrics: all }, operators: true };
}

async function picture() {
  return new Response(await still([640, 360]), { headers: { "Content-Type": "image/jpeg" } });
}

function change(path, name, body) {
  const mistakes = [];
  if (body.source?.startsWith("rtps:")) mistakes.push({ key: "source", detail: `scheme must be rtsp, push, file or test, got "${body.source}"`, nearest: "`rtsp://`" });
  if (body.plugins?.some(({ use }) => use === "clok")) mistakes.push({ key: "plugins[0].use", detail: 'no plugin has this name, got "clok"', nearest: '"clock"', help: "declare it as `[plugins.clok]`" });
  if (mistakes.length) return refusal(422, "bad-configuration", "the stream has mistakes", { mistakes });
  if (path.includes("check=1")) return new Response(null, { status: 204 });
  if (manage.slower) {
    manage.streams[name] = { config: { ...manage.streams[name].config, max_viewers: 20, close_after: "1m" } };
    return refusal(412, "changed-meanwhile", "it was changed meanwhile: its revision is 8");
  }
  return Response.json(detailed(name, manage.streams[name]), { headers: { ETag: '"8"' } });
}

function plugins() {
  const all = [...cameras.keys()].map((name) => ({ name, links: manage.streams[name]?.plugins ?? [link("clock")] }));
  return all.flatMap(({ name, links }) => links.map((one) => ({ name: one.name, streams: [{ stream: name, ...one }], services: [] })));
}

function plugin(name) {
  return { name, version: "0.1.0", description: "Writes text with the stream's name and the time into the picture", streams: [], options: name === "clock" ? OPTIONS : null, grants: {} };
}
