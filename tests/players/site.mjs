// An integrator's site: examples/pages with hls.js beside it, and a page with the element. On another origin than Framegate, as theirs are.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const PAGES = fileURLToPath(new URL("../../examples/pages/", import.meta.url));
const TYPES = { ".html": "text/html; charset=utf-8", ".mjs": "text/javascript", ".js": "text/javascript" };

/** Serves until `close`; `modules` is what stands for `node_modules`. */
export async function openSite(modules) {
  const server = createServer(async ({ url }, response) => {
    const { pathname, searchParams } = new URL(url, "http://site");
    if (pathname === "/element.html") return response.setHeader("Content-Type", TYPES[".html"]).end(element(searchParams));
    const path = normalize(decodeURIComponent(pathname));
    const file = path.startsWith("/node_modules/") ? join(modules, path.slice("/node_modules/".length)) : join(PAGES, path);
    const bytes = await readFile(file).catch(() => undefined);
    response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
    response.writeHead(bytes ? 200 : 404).end(bytes);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { base: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** What docs/player.md says: two lines. */
function element(asked) {
  const [base, stream] = [asked.get("base"), asked.get("stream")];
  return `<!doctype html><title>A camera</title><script type="module" src="${base}/assets/framegate-player.js"></script>
    <framegate-player stream="${stream}" output="mp4" style="width: 640px"></framegate-player>`;
}
