// What a player tells once a second: rates, from counts that only grow. Pure but for what it is handed.

export class Meter {
  #last;

  /** The figures since the last time, of a `Session` and a `Surface`. */
  read(now, { output }, { video, frames, size }) {
    const last = this.#last?.output === output ? this.#last : undefined;
    const bytes = output?.bytes ?? 0;
    const lost = video.getVideoPlaybackQuality?.().droppedVideoFrames ?? 0;
    this.#last = { now, output, bytes, frames };
    const passed = last ? (now - last.now) / 1000 : 0;
    const figures = output?.figures ?? {};
    return {
      output: output?.name ?? null,
      latency: output?.latency ?? null,
      rate: figures.rate ?? 1,
      bitrate: passed && Number.isFinite(bytes) ? Math.round(((bytes - last.bytes) * 8) / passed) : null,
      fps: passed ? Math.round(((frames - last.frames) / passed) * 10) / 10 : null,
      dropped: lost + (figures.left ?? 0),
      skipped: figures.skipped ?? 0,
      stalls: figures.stalls ?? 0,
      reserve: figures.reserve ?? null,
      width: size?.width ?? null,
      height: size?.height ?? null,
    };
  }
}
