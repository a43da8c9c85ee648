// Full screen, by the browser's own where it has it.

/** Turns full screen on for `element`, or off. Phones that grant it to no element but a video get the class `wide` on it instead. */
export async function toggleFullScreen(element) {
  if (document.fullscreenElement) {
    await document.exitFullscreen();
    return;
  }
  if (element.requestFullscreen) {
    await element.requestFullscreen().catch(() => element.classList.toggle("wide"));
    return;
  }
  element.classList.toggle("wide");
}
