// How the plugins of each stream are and what they cost, from one answer of `/api/plugins` to the next.

/** From well to bad: the worst is told. */
const ORDER = ["idle", "ok", "backing-off", "failed"];

/** What a plugin's health is called, by the server's word. */
export const HEALTH = {
  idle: { word: "Not used yet", look: "quiet", icon: "quiet" },
  ok: { word: "Well", look: "live", icon: "well" },
  "backing-off": { word: "Failed, tried again", look: "stalled", icon: "connecting" },
  failed: { word: "Failed", look: "failed", icon: "failed" },
};

/** What plugins cost between two looks. */
export class Costs {
  #before = new Map();
  #at;

  /**
   * By stream: `{ names, health, fault, share, each }`, with `share` of one core, and `each` microseconds of it a picture; both `undefined` where nothing is
   * known yet. `now` in milliseconds.
   */
  read(plugins, now) {
    const passed = this.#at === undefined ? 0 : (now - this.#at) * 1000;
    const before = this.#before;
    this.#before = new Map();
    this.#at = now;
    const found = new Map();
    for (const { streams = [], services = [] } of plugins) {
      for (const link of [...streams, ...services]) this.#add(found, link, before, passed);
    }
    return found;
  }

  #add(found, { stream, name, health, last_fault: fault, cpu_us: cpu = 0, calls = 0, took }, before, passed) {
    if (!stream) return;
    const key = `${stream} ${name}`;
    const count = this.#before.get(key);
    // One plugin may stand twice in a chain.
    this.#before.set(key, { cpu: cpu + (count?.cpu ?? 0), calls });
    const all = found.get(stream) ?? { names: [], health: "idle", fault: "", share: undefined, each: undefined };
    found.set(stream, all);
    all.names.push(name);
    if (ORDER.indexOf(health) >= ORDER.indexOf(all.health)) {
      all.health = health;
      all.fault = health === "ok" || health === "idle" ? "" : (fault ?? "");
    }
    const last = before.get(key);
    if (passed && last && cpu >= last.cpu) all.share = (all.share ?? 0) + (cpu - last.cpu) / passed;
    const mean = calls ? (took?.mean_us ?? cpu / calls) : undefined;
    if (mean !== undefined) all.each = (all.each ?? 0) + mean;
  }
}
