// The list of messages: in the order of their numbers, each once, the unconfirmed ones last.

import { bubble, look, markTaken, showState } from "./bubble.js";
import { announce, byId, make } from "./dom.js";
import { shortTime } from "./times.js";
import { words } from "./words.js";

const GAP_MS = 5 * 60 * 1000;
const NEAR_PX = 120;

export class Transcript {
  cursor = 0;
  first = 1;
  #log = byId("log");
  #scroll = byId("scroll");
  #newest = byId("newest");
  #bySeq = new Map(); // number → { message, item }
  #waiting = new Map(); // id → { message, item }: not confirmed yet
  #unseen = 0;
  #following = false; // the reader is at the end and wants to stay there
  #acts;

  /** `acts`: { choose(message, choice), retry(id), seen(seq) }. */
  constructor(acts) {
    this.#acts = { ...acts, look };
    this.#newest.addEventListener("click", () => this.toEnd());
    this.#scroll.addEventListener("scroll", () => {
      this.#following = this.#atEnd();
      if (this.#following) this.#clearUnseen();
    }, { passive: true });
    // A keyboard, a banner, a photo or larger type changes the room: the end stays in view.
    const room = new ResizeObserver(() => {
      if (this.#following) this.toEnd();
    });
    room.observe(this.#scroll);
    room.observe(this.#scroll.firstElementChild);
    document.addEventListener("visibilitychange", () => this.#tellSeen());
  }

  get empty() {
    return this.#bySeq.size === 0 && this.#waiting.size === 0;
  }

  /** Forget all that is confirmed: the conversation is another one now. */
  reset() {
    for (const { item } of this.#bySeq.values()) item.remove();
    this.#bySeq.clear();
    this.cursor = 0;
    this.#redraw();
  }

  /** Messages of the past, in order; nothing is announced, the page shows the end. */
  history(messages) {
    const stay = this.#bySeq.size > 0 && !this.#following;
    for (const message of messages) this.#add(message);
    this.#redraw();
    if (!stay && !this.empty) this.toEnd();
    this.#tellSeen();
  }

  /** Messages before all others; what is before the reader's eyes stays there. */
  earlier(messages, first) {
    this.first = first;
    const before = this.#scroll.scrollHeight - this.#scroll.scrollTop;
    for (const message of messages) this.#add(message);
    this.#redraw();
    this.#scroll.scrollTop = this.#scroll.scrollHeight - before;
  }

  /** A message that has just come. */
  live(message) {
    const follow = this.#following || message.from === "resident";
    const known = this.#bySeq.has(message.seq);
    this.#add(message);
    this.#redraw();
    if (known) return;
    if (message.from !== "resident") this.#announce(message);
    if (follow) this.toEnd();
    else if (message.from !== "resident") this.#oneUnseen();
    this.#tellSeen();
  }

  /** One of the resident's own, not confirmed yet. */
  pending(message) {
    if (this.#waiting.has(message.id)) return;
    const item = bubble({ ...message, from: "resident" }, this.#acts);
    this.#waiting.set(message.id, { message, item });
    this.#log.append(item);
    this.#redraw();
    this.toEnd();
  }

  state(id, state, more = {}) {
    const found = this.#waiting.get(id);
    if (!found) return;
    const retry = state === "failed" && more.again ? () => this.#acts.retry(id) : null;
    showState(found.item, state, { ...more, retry });
    if (state === "failed") announce(more.words ?? words.failed);
  }

  toEnd() {
    this.#following = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#clearUnseen();
  }

  #add(message) {
    if (this.#bySeq.has(message.seq)) return;
    const own = message.id ? this.#waiting.get(message.id) : null;
    const item = own?.item ?? bubble(message, this.#acts);
    this.#waiting.delete(message.id);
    item.dataset.seq = message.seq;
    this.#bySeq.set(message.seq, { message, item });
    this.#place(message.seq, item);
    this.cursor = Math.max(this.cursor, message.seq);
  }

  #place(seq, item) {
    const after = [...this.#log.children].find(
      (other) => other !== item && (!other.dataset.seq || Number(other.dataset.seq) > seq)
        && other.classList.contains("line"));
    this.#log.insertBefore(item, after ?? null);
  }

  // What depends on neighbours: times, who took over, what was taken, the last tick.
  #redraw() {
    for (const between of this.#log.querySelectorAll(".between")) between.remove();
    let last = null;
    let speaker = "bot";
    const shown = [...this.#bySeq.values()].sort((a, b) => a.message.seq - b.message.seq);
    for (const { message, item } of shown) {
      const at = new Date(message.at);
      if (!last || at - last > GAP_MS) {
        item.before(make("li", { class: "between time" },
          make("time", { datetime: message.at }, shortTime(at))));
      }
      last = at;
      if (message.from !== "resident") {
        if (message.from === "staff" && speaker !== message.staff) {
          item.before(between(words.servedBy(message.staff ?? words.staff)));
        } else if (message.from === "bot" && speaker !== "bot") {
          item.before(between(words.servedByBot));
        }
        speaker = message.from === "staff" ? message.staff : "bot";
      }
      if (message.from === "resident" && message.takes) this.#take(message.takes);
    }
    const own = shown.filter(({ message }) => message.from === "resident");
    own.forEach(({ item }, i) => showState(item, i === own.length - 1 ? "sent" : ""));
  }

  #take(choiceId) {
    const asked = this.#bySeq.get(Number(choiceId.split("-")[0]));
    if (asked) markTaken(asked.item, choiceId);
  }

  #announce(message) {
    const who = message.from === "staff" ? (message.staff ?? words.staff) : words.bot;
    const card = message.card ? `${message.card.title ?? ""} ${message.card.state ?? ""}` : "";
    const offered = (message.choices ?? []).map((choice) => choice.label).join("、");
    announce(words.says(who, [message.text, card, offered && words.choose + offered]
      .filter(Boolean).join(" ")));
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  #oneUnseen() {
    this.#unseen += 1;
    this.#newest.lastElementChild.textContent = words.newMessages(this.#unseen);
    this.#newest.hidden = false;
  }

  #clearUnseen() {
    this.#unseen = 0;
    this.#newest.hidden = true;
    this.#tellSeen();
  }

  #tellSeen() {
    if (!document.hidden && this.#unseen === 0 && this.cursor > 0) this.#acts.seen(this.cursor);
  }
}

function between(text) {
  return make("li", { class: "between" }, make("span", {}, text));
}
