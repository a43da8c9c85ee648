// Requests to the API: what is answered, or why not, in the server's words.
import { readProblem } from "./message.js";

const TIMEOUT_MS = 10_000;

/** The server answered, and refused; `problem` as `readProblem` gives it, `mistakes` where a configuration has some. */
export class Refused extends Error {
  constructor(status, document) {
    const problem = readProblem({ status, ...document });
    super(problem.detail || `The server answered ${status}`);
    this.status = status;
    this.problem = problem;
    this.kind = problem.kind;
    this.mistakes = Array.isArray(document.mistakes) ? document.mistakes : [];
  }
}

/** The address of a stream in the API; `rest` is below it. */
export function streamPath(stream, rest = "") {
  return `/api/streams/${encodeURIComponent(stream)}${rest}`;
}

/**
 * `{ value, revision }` of an answer: its JSON, and what to send as `revision` the next time. Throws `Refused`, or an `Error` whose message is a sentence
 * where nobody answers. Who is not logged in is led to where that is done.
 */
export async function ask(path, { method = "GET", body, revision } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  if (revision) headers["If-Match"] = revision;
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers,
      cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw new Error("The server does not answer");
  }
  if (answer.status === 401) logIn();
  const document = await answer.json().catch(() => undefined);
  if (!answer.ok) throw new Refused(answer.status, document ?? {});
  return { value: document, revision: answer.headers.get("ETag") ?? undefined };
}

/** Leads to the page that asks who one is, and from there back to here. */
export function logIn() {
  location.replace(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** The server's words end as a log's line does, without a full stop: others follow here. */
export function whole(words) {
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}
