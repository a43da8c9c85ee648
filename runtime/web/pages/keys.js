// Keys of a page: single ones without modifiers, and none while somebody writes or a dialog is open.

/** Calls `actions[event.key]` for keys pressed within `target` until `signal` is aborted; letters count in either case. */
export function bindKeys(actions, signal, target = window) {
  const press = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const path = event.composedPath();
    if (path.some((part) => part instanceof HTMLElement && part.matches("input, select, textarea, dialog[open], [contenteditable]")))
      return;
    const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  };
  target.addEventListener("keydown", press, { signal });
}
