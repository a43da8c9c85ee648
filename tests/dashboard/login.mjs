// node login.mjs BASE PASSWORD OUT: whom the dashboard lets in, and to what. `anna` may do everything, `bert` look at `lobby`, both with PASSWORD.
import { openBrowser } from "../players/browser.mjs";
import { tell } from "../players/verdict.mjs";
import { Hand } from "./hand.mjs";

const [base, password, out] = process.argv.slice(2);
if (!out) {
  console.error("usage: node login.mjs BASE PASSWORD OUT");
  process.exit(2);
}
const browser = process.env.BROWSER ?? "chromium";
const { page, close } = await openBrowser(browser);
const hand = new Hand(page, { base, out, browser });

async function enter(name) {
  await hand.write("[name=username]", name);
  await hand.write("[name=password]", password);
  await hand.press("Enter");
}

const wrong = [];
try {
  await hand.open("/dashboard/lobby?tab=viewers");
  await hand.expect("form.login", "Log in");
  await hand.shot("login");
  await enter("bert");
  await hand.at("/dashboard/lobby?tab=viewers");
  await hand.expect("fg-standing", "Live");
  await hand.expect("fg-actions", "You may look at this stream");
  await hand.expect("fg-actions button", "", 0);
  await hand.expect("fg-viewers", "Who may control");
  await hand.shot("login-looks");
  await hand.click("fg-menu a", "Dashboard");
  await hand.expect("fg-row", "", 1);
  await hand.expect("fg-dashboard .add", "", 0);
  await hand.open("/dashboard/new");
  await hand.write(".name input", "mine");
  await hand.write("[name=source]", "push");
  await hand.expect("fg-editor .said", "You may not");
  await hand.open("/dashboard/yard");
  await hand.expect(".waiting", "yard");
  await hand.click("fg-menu a", "Log in or out");
  await hand.click("form[action='/logout'] button");
  await hand.until(async () => (await page.cookies()).length === 0, "a session that is ended");
  await hand.open("/dashboard");
  await hand.expect("form.login", "Log in");
  await enter("anna");
  await hand.at("/dashboard");
  await hand.expect("fg-row", "", 2);
  await hand.expect("fg-dashboard .add");
  await hand.open("/dashboard/lobby");
  await hand.expect("fg-actions button", "Stop");
} catch (error) {
  wrong.push(error.message);
  await hand.shot("login-wrong").catch(() => {});
}
await close();
tell({ browser, shots: hand.shots }, [...wrong, ...hand.complaints]);
