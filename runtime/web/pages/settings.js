// What a stream's form begins with, or why there is none.
import { ask, whole } from "./api.js";
import { toolsOf } from "./tools.js";

const NOT_YOURS = "Who may control this stream can see and change its settings: ask who runs this server.";
const ELSEWHERE = {
  file: "This stream stands in streams.toml: its settings are changed there, and what is saved holds at once.",
  template: 'This stream is made by [streams."*"] in streams.toml: its settings are changed there, or it gets a section of its own.',
};

/** Has `editor` show the settings of a stream, as `GET /api/streams/{name}` tells it; resolves to `false` where it could not, and may later. */
export function edit(editor, { name, origin, config }, revision, may) {
  const why = !may ? NOT_YOURS : config ? "" : (ELSEWHERE[origin] ?? NOT_YOURS);
  return begin(editor, why, { stream: name, config, revision });
}

/** Has `editor` show an empty form, for another stream. */
export async function add(editor) {
  const list = await ask("/api/streams").catch(() => undefined);
  await begin(editor, "", { taken: list?.value.streams.map(({ name }) => name) });
  editor.focus();
}

/** Without the server's schema there is no form now. */
async function begin(editor, why, told) {
  try {
    if (!why) editor.show({ ...told, ...(await toolsOf()) });
    editor.refuse(why);
    return true;
  } catch ({ message }) {
    editor.refuse(`The form cannot be made: ${whole(message)} Streams can be written in streams.toml, and sent to /api/streams.`);
    return false;
  }
}
