// The text messages of `/ws/{stream}`: JSON objects told apart by `type`.
// Unknown types and members are passed over, so that server and page may differ in age.

/** One message, or `undefined` when it is none. A problem comes out as `{ type: "problem", problem }`. */
export function readMessage(text) {
  let said;
  try {
    said = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (said === null || typeof said !== "object") return undefined;
  if (said.type === "problem") return { type: "problem", problem: readProblem(said.problem ?? said) };
  if (said.type === "status") return { ...said, ...readReason(said) };
  return said;
}

/** A problem document (RFC 9457), as the words and numbers that are shown. `kind` is the last part of its type, such as `stream-full`. */
export function readProblem(document) {
  const type = String(document.type_uri ?? document.kind ?? document.type ?? "");
  const { reason, detail } = readReason(document);
  return {
    kind: type.split(/[/#:]/).at(-1),
    title: String(document.title ?? ""),
    status: Number(document.status) || 0,
    detail: detail || reason || sentence(String(document.title ?? "")),
    retryAfter: Number(document.retry_after ?? document["retry-after"]) || 0,
    outputs: Array.isArray(document.outputs) ? document.outputs.map(String) : undefined,
  };
}

/** `{ reason, detail }`: `reason` may be a word, or an object with a kind and its text; `detail` the words for people. */
export function readReason({ reason, detail }) {
  const spoken = reason !== null && typeof reason === "object" ? (reason.text ?? reason.kind) : reason;
  return { reason: String(spoken ?? ""), detail: sentence(String(detail ?? "")) };
}

/** The server writes as logs are read; a page begins a sentence with a capital. */
function sentence(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
