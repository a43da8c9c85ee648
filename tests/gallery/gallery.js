// What every page of the gallery does: it shows its element's states, each under a caption, and says when all of them stand.
import "./server.js";

/** A state that does not stand after so long never will. */
const LIMIT_MS = 25_000;
const EVERY_MS = 100;

const query = new URLSearchParams(location.search);
const page = document.documentElement;
// A frame tells the page that it is in.
const problems = (window.problems = window.parent.problems ?? []);

// A file that does not load tells nobody but its element, hence the capture.
addEventListener("error", ({ message, target }) => problems.push(message ?? `${target.src ?? target.href} does not load`), true);
addEventListener("unhandledrejection", ({ reason }) => problems.push(`rejected: ${reason}`));
const ownError = console.error;
console.error = (...words) => {
  problems.push(words.join(" "));
  ownError(...words);
};

if (query.has("theme")) page.dataset.theme = query.get("theme");

/** An element with attributes. */
export function element(name, attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Makes this window look like a real page: its body is that of `/assets/{name}.html`. The scripts are the caller's to import. */
export async function pretend(name) {
  const answer = await fetch(`/assets/${name}.html`);
  const { body } = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.body.replaceChildren(...body.children);
}

/**
 * Shows states, each with: `caption`; `make`, which returns the element; `then`, called with it when it is in the page; `until`, called with it,
 * true when it stands; `frame`, `[width, height]` of a window of its own for what fills or covers its window; `empty` when there is nothing to
 * be seen; `width` when it is not that of the page. `on` is the class of what they stand on.
 */
export async function show(states, { width = 320, on = "" } = {}) {
  const asked = query.get("state");
  const wanted = asked ? 1 : Number(document.querySelector("meta[name=states]").content);
  const shown = asked ? [alone(states.find(({ caption }) => caption === asked))] : all(states, width, on);
  // Not of the clock that a page may turn by hand.
  const late = Date.now() + LIMIT_MS;
  while (shown.length !== wanted || !shown.every((state) => state.stands())) {
    if (Date.now() > late) {
      const missing = shown.filter((state) => !state.stands()).map(({ caption }) => caption);
      console.error(`${shown.length} of ${wanted} states, without: ${missing.join(", ")}`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  page.dataset.ready = "true";
}

function all(states, width, on) {
  const main = element("main", { class: "gallery" });
  main.innerHTML = `<h1></h1><div class="states"></div>`;
  const [title, place] = main.children;
  title.textContent = document.title;
  document.body.append(main);
  return states.map((state) => {
    const figure = element("figure");
    figure.append(Object.assign(element("figcaption"), { textContent: state.caption }));
    figure.toggleAttribute("data-empty", Boolean(state.empty));
    figure.style.setProperty("--width", `${state.frame?.[0] ?? state.width ?? width}px`);
    place.append(figure);
    if (state.frame) return framed(state, figure);
    const ground = element("div", { class: on });
    figure.append(ground);
    return put(state, ground);
  });
}

function framed({ caption, frame }, figure) {
  const address = new URL(location.href);
  address.searchParams.set("state", caption);
  const made = element("iframe", { title: caption, src: address.href });
  figure.style.setProperty("--height", `${frame[1]}px`);
  figure.append(made);
  // Between two documents a frame has one without an element.
  return { caption, stands: () => made.clientWidth > 0 && made.contentDocument?.documentElement?.dataset.ready === "true" };
}

/** The one state that this window is for. */
function alone(state) {
  return put(state, document.body);
}

function put({ caption, make, then, until = () => true, empty = false }, ground) {
  let made;
  const begin = async () => {
    const begun = await make();
    if (!begun.isConnected) ground.append(begun);
    await then?.(begun);
    made = begun;
  };
  begin();
  return { caption, stands: () => made?.matches(":defined") && isSeen(made) !== empty && until(made) };
}

/** Whether an element, or what is in its shadow tree, takes any room: a dialog is no part of the box of what it belongs to. */
function isSeen(element) {
  return [element, ...(element.shadowRoot?.querySelectorAll("*") ?? [])].some((part) => {
    const { width, height } = part.getBoundingClientRect();
    return width * height > 0;
  });
}
