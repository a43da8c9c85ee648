// node pure.mjs: what the dashboard computes without a page, as facts.
import assert from "node:assert/strict";
import { Costs } from "../../runtime/web/pages/costs.js";
import { differences, patchBetween, patched, same, withoutHidden } from "../../runtime/web/pages/patch.js";
import { allows } from "../../runtime/web/pages/rights.js";
import { mistakesIn, numberRule } from "../../runtime/web/pages/schema.js";
import { entries, shares, stretches } from "../../runtime/web/pages/steps.js";
import { bytes, cost, share, span } from "../../runtime/web/pages/units.js";
import { tell } from "../players/verdict.mjs";

const CONFIG = { source: "push", password: "***", stills: { quality: 80 }, plugins: [{ use: "clock" }] };
const SCHEMA = {
  type: "object",
  required: ["source", "plugins"],
  properties: {
    source: { type: "string", pattern: "^(push$|test://)", examples: ["push"] },
    max_viewers: { type: "integer", minimum: 1 },
    wait: { type: "string", pattern: "^([0-9]+(us|ms|s|m|h))+$" },
    plugins: { type: "array", items: { type: "object", required: ["use"], properties: { use: { type: "string" } } } },
  },
};

const facts = {
  "a patch has what differs alone, and leads there and back"() {
    const after = { source: "push", password: "***", stills: { quality: 60, width: 640 }, max_viewers: 3 };
    const patch = patchBetween(CONFIG, after);
    assert.deepEqual(patch, { stills: { quality: 60, width: 640 }, max_viewers: 3, plugins: null });
    assert.deepEqual(patched(CONFIG, patch), after);
    assert.deepEqual(patched(after, patchBetween(after, CONFIG)), CONFIG);
  },
  "a secret that was never seen is not written back"() {
    const back = patchBetween({ ...CONFIG, password: "new" }, CONFIG);
    assert.deepEqual(withoutHidden(back), {});
  },
  "what one may is told by patterns as the server has them"() {
    for (const [patterns, name, expected] of [
      [["*"], "lobby", true], [["lobby"], "lobby-1", false], [["lobby-*"], "lobby-1", true], [["a", "*-door"], "front-door", true],
      [["a.b"], "axb", false], [["a*b*c"], "axxbyyc", true], [[], "lobby", false], [["lobby-*"], "*", false], [["*"], "*", true],
      [["lobby-*"], undefined, true], [[], undefined, false],
    ]) assert.equal(allows(patterns, name), expected, `${patterns} ${name}`);
  },
  "keys in another order are no difference"() {
    assert.ok(same({ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }));
    assert.ok(!same({ a: 1 }, { a: 1, b: undefined, c: 0 }));
  },
  "differences are told by key, through lists"() {
    const found = differences(CONFIG, { ...CONFIG, plugins: [{ use: "clock", fps: 5 }, { use: "motion-gate" }] });
    assert.deepEqual(found.map(({ key }) => key), ["plugins[0].fps", "plugins[1]"]);
  },
  "mistakes are told by key, as the server does"() {
    const found = mistakesIn(SCHEMA, { source: "rtps://a", max_viewers: 0, wait: "soon", plugins: [{}] });
    assert.deepEqual(found.map(({ key }) => key), ["source", "max_viewers", "wait", "plugins[0].use"]);
    assert.deepEqual(mistakesIn(SCHEMA, { source: "push" }), []);
    assert.equal(numberRule({ type: "number", exclusiveMinimum: 0, maximum: 100 }), "a number above 0 and up to 100");
  },
  "a camera that is tried again and again is one entry"() {
    const reason = { kind: "unreachable", text: "no route" };
    const steps = [{ to: "connecting", time: 0 }, { to: "live", time: 100 }];
    for (let at = 0; at < 5; at += 1) steps.push({ to: "back-off", time: 10_000 + 2_000 * at, reason }, { to: "connecting", time: 11_000 + 2_000 * at });
    steps.push({ to: "live", time: 30_000 });
    const all = stretches(steps, 40_000);
    const told = entries(all).map(({ state, tries }) => [state, tries ?? 1]);
    assert.deepEqual(told, [["live", 1], ["connecting", 1], ["offline", 5], ["live", 1]]);
    assert.deepEqual(shares(all, 0).map(([state]) => state)[0], "live");
  },
  "plugins cost what they took since they were asked before"() {
    const costs = new Costs();
    const plugins = (cpu, health) => [{ streams: [{ stream: "lobby", name: "clock", health, calls: 10, cpu_us: cpu, last_fault: "gone", took: { mean_us: 90 } }] }];
    assert.equal(costs.read(plugins(1_000, "ok"), 0).get("lobby").share, undefined);
    const later = costs.read(plugins(101_000, "failed"), 1_000).get("lobby");
    assert.deepEqual([later.share, later.each, later.health, later.fault], [0.1, 90, "failed", "gone"]);
  },
  "numbers have their units"() {
    assert.deepEqual([cost(940), cost(2_100), cost(33_000), cost(2_000_000)], ["940 µs", "2.1 ms", "33 ms", "2 s"]);
    assert.deepEqual([share(0.004), share(0.234), bytes(1_179_648), span(93_000), span(0)], ["0.4 %", "23 %", "1.1 MiB", "1 min 33 s", "0 s"]);
  },
};

const wrong = [];
for (const [name, fact] of Object.entries(facts)) {
  try {
    fact();
  } catch ({ message }) {
    wrong.push(`${name}: ${message}`);
  }
}
tell({ facts: Object.keys(facts).length }, wrong);
