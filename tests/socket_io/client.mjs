// What the page of a server for one camera does, by socket.io-client.
import { createRequire } from "node:module";
import { join } from "node:path";
import { nodeModules } from "../players/browser.mjs";

const [base, how] = process.argv.slice(2);
const LIMIT = 20_000;

const require = createRequire(join(nodeModules("socket.io-client"), "here.js"));
const { io } = require("socket.io-client");
const socket = io(base, how === "both" ? {} : { transports: [how] });

const told = [];
const waits = [];
const note = (event) => (data) => {
  told.push({ event, data });
  waits.splice(0).forEach((wake) => wake());
};
socket.on("status_update", note("status_update"));
socket.on("stats_update", note("stats_update"));
socket.on("connect_error", (error) => fail(String(error)));

function fail(why) {
  console.log(JSON.stringify({ wrong: why, told }));
  process.exit(1);
}
setTimeout(() => fail("it took too long"), LIMIT).unref();

async function until(event, holds) {
  for (let seen = 0; ; ) {
    for (; seen < told.length; seen += 1) if (told[seen].event === event && holds(told[seen].data, seen)) return told[seen].data;
    await new Promise((resolve) => waits.push(resolve));
  }
}

const first = await until("status_update", () => true);
const stats = await until("stats_update", () => true);
const before = told.length;
socket.emit("request_stats");
await until("stats_update", (_, at) => at >= before);
const live = await until("status_update", (status) => status.camera_connected);
const transport = socket.io.engine.transport.name;
console.log(JSON.stringify({ first, stats, live, transport, order: told.slice(0, 2).map(({ event }) => event) }));
socket.close();
process.exit(0);
