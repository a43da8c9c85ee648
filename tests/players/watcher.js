// Runs in the page: notes twice a second how a <video> gets on. `window.seen` is what page.mjs reads.
(() => {
  const seen = { began: performance.now(), first: null, samples: [], stalls: [], pauses: [], discontinuities: 0, errors: [], frames: 0, messages: [] };
  window.seen = seen;
  const player = document.querySelector("framegate-player");
  const video = player?.shadowRoot.querySelector("video") ?? document.querySelector("video");
  const { hls, Hls } = window;
  let last = null;
  let began;

  /** What is there to be decoded next: nothing where there is a hole. */
  const ahead = (time) => {
    const ends = [...Array(video.buffered.length).keys()].filter((index) => video.buffered.start(index) <= time).map((index) => video.buffered.end(index));
    return Math.max(0, (ends.at(-1) ?? time) - time);
  };

  const show = (now) => {
    seen.frames += 1;
    seen.first ??= now - seen.began;
    if (last !== null) seen.pauses.push(now - last);
    // What stopped, and for how long the last picture stood there.
    for (const stall of seen.stalls) stall.pause ??= now - last;
    last = now;
    video.requestVideoFrameCallback(show);
  };
  video.requestVideoFrameCallback(show);
  video.addEventListener("waiting", () => {
    if (seen.first === null || video.seeking) return;
    seen.stalls.push({ at: performance.now(), ahead: ahead(video.currentTime), pause: null });
  });
  video.addEventListener("error", () => seen.errors.push(`video: ${video.error?.message ?? ""}`));

  if (hls) {
    let [part, level] = [];
    hls.on(Hls.Events.ERROR, (_, { type, details, fatal, response, reason }) => seen.errors.push([type, details, fatal ? "fatal" : "", response?.code ?? "", reason ?? ""].join(" ")));
    hls.on(Hls.Events.FRAG_CHANGED, (_, { frag }) => {
      // Those of two variants are counted apart.
      if (frag.level === level && frag.cc !== part) {
        seen.discontinuities += 1;
        seen.messages.push([Math.round(performance.now() - seen.began), `discontinuity ${part} to ${frag.cc} at segment ${frag.sn}`]);
      }
      [part, level] = [frag.cc, frag.level];
    });
  }
  player?.addEventListener("framegate-state", ({ detail }) => seen.messages.push([Math.round(performance.now() - seen.began), detail.state]));
  player?.addEventListener("framegate-error", ({ detail }) => seen.errors.push(detail.message));
  player?.addEventListener("framegate-stats", ({ detail }) => (seen.stats = detail));

  const distance = () => {
    if (hls) return hls.latency;
    if (player) return player.latency;
    began ??= performance.now() / 1000 - video.currentTime;
    return performance.now() / 1000 - video.currentTime - began;
  };
  setInterval(() => {
    if (seen.first === null) return;
    const quality = video.getVideoPlaybackQuality();
    seen.samples.push({
      at: performance.now(),
      time: video.currentTime,
      distance: distance(),
      behind: hls?.playingDate ? (Date.now() - hls.playingDate) / 1000 : NaN,
      ranges: video.buffered.length,
      dropped: quality.droppedVideoFrames,
      decoded: quality.totalVideoFrames,
      width: video.videoWidth,
      rate: video.playbackRate,
    });
  }, 500);
})();
