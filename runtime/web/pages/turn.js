// Handshakes of WebSockets, a few at a time. Chromium holds back a page with many of them pending, twice as long for each one more: the sixteenth
// of a wall waited one to five seconds, where in turn all sixteen are open in a tenth of one.

const AT_ONCE = 4;
const begun = new Set();
const queue = new Set();

/** One turn: `start` is called when it comes, perhaps at once; `end` makes room for the next, and gives up a turn that has not come. */
export class Turn {
  #start;

  constructor(start) {
    this.#start = start;
    queue.add(this);
    advance();
  }

  end() {
    queue.delete(this);
    if (begun.delete(this)) advance();
  }

  /** For the queue alone. */
  begin() {
    this.#start();
  }
}

function advance() {
  for (const turn of queue) {
    if (begun.size >= AT_ONCE) return;
    queue.delete(turn);
    begun.add(turn);
    turn.begin();
  }
}
