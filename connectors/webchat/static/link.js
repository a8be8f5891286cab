// The line to the gateway: one WebSocket that comes back by itself and goes on from its cursor.

const SOONEST_MS = 400;
const LATEST_MS = 10_000;
const ANSWERED_WITHIN_MS = 8_000;
const NO_SESSION = 4401;

/**
 * Events: "told" (detail: one object of connectors/webchat/payload.py), "up", "down".
 * `cursor()` gives the number of the last message that the page has.
 */
export class Link extends EventTarget {
  #socket = null;
  #tries = 0;
  #timer = 0;
  #impatience = 0;
  #cursor;

  constructor(cursor) {
    super();
    this.#cursor = cursor;
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#drop());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#hurry();
    });
  }

  get up() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.#timer);
    const address = new URL(`/webchat/socket?after=${this.#cursor()}`, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("message", (event) => this.#told(socket, JSON.parse(event.data)));
    socket.addEventListener("close", (event) => this.#closed(socket, event.code));
  }

  /** Send if the line is up; what must not be lost is kept by the caller until it is answered. */
  send(body) {
    if (!this.up) return false;
    this.#socket.send(JSON.stringify(body));
    if (body.type === "say") this.#expectAnswer();
    return true;
  }

  /** Let go of this line and take a new one, from the present cursor. */
  again() {
    this.#drop();
    this.connect();
  }

  // A line can be dead without a word: when a say is not answered, a new one is taken.
  #expectAnswer() {
    clearTimeout(this.#impatience);
    const socket = this.#socket;
    this.#impatience = setTimeout(() => {
      if (socket === this.#socket) this.again();
    }, ANSWERED_WITHIN_MS);
  }

  #opened(socket) {
    if (socket !== this.#socket) return;
    this.#tries = 0;
    this.dispatchEvent(new Event("up"));
  }

  #told(socket, body) {
    if (socket !== this.#socket) return;
    if (body.type === "stored" || body.type === "refused") clearTimeout(this.#impatience);
    this.dispatchEvent(new CustomEvent("told", { detail: body }));
  }

  async #closed(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    clearTimeout(this.#impatience);
    this.dispatchEvent(new Event("down"));
    // The page's own address sets the session cookie.
    if (code === NO_SESSION) await fetch("/", { cache: "no-store" }).catch(() => null);
    this.#later();
  }

  #drop() {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = null;
    clearTimeout(this.#impatience);
    socket.close();
    this.dispatchEvent(new Event("down"));
    this.#later();
  }

  #later() {
    const wait = Math.min(LATEST_MS, SOONEST_MS * 2 ** this.#tries) * (0.7 + Math.random() * 0.6);
    this.#tries = Math.min(this.#tries + 1, 10);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connect(), wait);
  }

  #hurry() {
    this.#tries = 0;
    if (!this.#socket) this.connect();
  }
}
