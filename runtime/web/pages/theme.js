// Sets the theme that was chosen here, if one was. It is fetched beside the stylesheet and holds up nothing: without it the page follows the system.
// A classic script, since a module would always run after the first paint.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be refused (private windows, embedded pages); the system's theme is a good answer then.
}
