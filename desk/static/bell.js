// The bell: a tone made here, repeated until somebody acknowledges, and a banner with it.
import { one, all, words, duration } from "./page.js";

const EVERY_MS = 2000;
const TESTED = "desk-sound-tested";

export class Bell {
  constructor({ toast }) {
    this.toast = toast;
    this.ringing = [];
    this.title = null;
    for (const button of all("[data-sound-test]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.#test());
    }
    const shift = one("[data-shift]");
    if (shift) shift.hidden = this.#testedToday();
    one("[data-sound-on]")?.addEventListener("click", () => this.#wake());
    one("[data-sound-dialog]")?.addEventListener("close", (event) => this.#told(event.target.returnValue));
    document.addEventListener("pointerdown", () => this.#wake(), { once: true });
    document.addEventListener("keydown", () => this.#wake(), { once: true });
  }

  #testedToday() { return localStorage.getItem(TESTED) === new Date().toDateString(); }

  #audio() {
    this.context ??= new AudioContext();
    return this.context;
  }

  async #wake() {
    const audio = this.#audio();
    if (audio.state === "suspended") await Promise.race([audio.resume(), new Promise((r) => setTimeout(r, 300))]);
    this.#showSound();
  }

  #showSound() {
    const box = one("[data-sound-off]");
    if (!box) return;
    box.hidden = !(this.ringing.length && this.#audio().state !== "running");
    this.#banner();
  }

  // Two falling notes, three times: heard through a wall, unlike any chat's ping.
  tone() {
    const audio = this.#audio();
    if (audio.state !== "running") return false;
    const start = audio.currentTime + 0.02;
    for (let i = 0; i < 3; i += 1) {
      for (const [offset, hertz] of [[0, 988], [0.16, 740]]) {
        const at = start + i * 0.42 + offset;
        const note = audio.createOscillator(), volume = audio.createGain();
        note.type = "triangle";
        note.frequency.value = hertz;
        volume.gain.setValueAtTime(0.0001, at);
        volume.gain.exponentialRampToValueAtTime(0.5, at + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
        note.connect(volume).connect(audio.destination);
        note.start(at);
        note.stop(at + 0.22);
      }
    }
    return true;
  }

  async #test() {
    await this.#wake();
    this.tone();
    one("[data-sound-dialog]")?.showModal();
  }

  #told(answer) {
    if (answer === "yes") {
      localStorage.setItem(TESTED, new Date().toDateString());
      const shift = one("[data-shift]");
      if (shift) shift.hidden = true;
      this.toast(words("soundYes"));
    } else if (answer === "no") this.toast(words("soundNo"), true);
  }

  // What rings now, as the server says; an empty list is silence on every tab and device.
  show(ringing) {
    this.ringing = ringing;
    document.body.dataset.ringing = String(ringing.length);
    this.#showSound();
    if (!ringing.length) { this.#stop(); return; }
    if (this.timer) return;
    this.title = document.title;
    this.#ring();
    // All tabs strike on the same even second, so several sound like one.
    this.timer = setTimeout(() => { this.#ring(); this.timer = setInterval(() => this.#ring(), EVERY_MS); },
      EVERY_MS - (Date.now() % EVERY_MS));
  }

  #ring() {
    if (!this.ringing.length) { this.#stop(); return; }
    this.rings = (this.rings ?? 0) + 1;
    document.body.dataset.rings = String(this.rings);
    this.tone();
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.([300, 150, 300]);
    document.title = this.rings % 2 ? `🔔 ${words("alarm")}` : this.title;
  }

  #stop() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    clearInterval(this.timer);
    this.timer = null;
    this.rings = 0;
    document.title = this.title;
  }

  #banner() {
    const box = one("[data-alarm]"), list = one("[data-alarm-rows]");
    const elsewhere = this.ringing.filter((alarm) => !location.pathname.endsWith(alarm.id));
    const rows = elsewhere.map((alarm) => {
      const known = one(`[data-alarm-id="${CSS.escape(alarm.id)}"]`, list);
      if (known) return known;
      const row = one("template[data-alarm-row]").content.firstElementChild.cloneNode(true);
      row.dataset.alarmId = alarm.id;
      one("[data-kind]", row).textContent = alarm.kind;
      one("[data-place]", row).textContent = alarm.place;
      one("[data-said]", row).textContent = alarm.words;
      if (!alarm.words) one(".alarm-words", row).hidden = true;
      const at = one("time", row);
      at.dataset.since = alarm.opened_at;
      at.textContent = duration((Date.now() - Date.parse(alarm.opened_at)) / 1000);
      for (const form of all("form", row)) {
        form.action = `/cases/${alarm.id}/${form.dataset.act}`;
        form.dataset.send = "";
      }
      return row;
    });
    const same = rows.length === list.children.length && rows.every((row, i) => row === list.children[i]);
    if (!same) list.replaceChildren(...rows);
    const mute = this.ringing.length > 0 && !one("[data-sound-off]").hidden;
    if (box.hidden && rows.length) this.#float(box);
    box.hidden = !rows.length && !mute;
  }

  // It comes down over the page, not pushing rows away under a pointer that is about to click.
  #float(box) {
    const under = one(".lanes:hover, .orders:hover");
    box.classList.toggle("floating", Boolean(under));
    under?.addEventListener("pointerleave", () => box.classList.remove("floating"), { once: true });
  }
}
