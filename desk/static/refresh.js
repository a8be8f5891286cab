// Keeping the page as the server has it: forms sent without a reload, regions swapped in place.
import { morph } from "./morph.js";
import { one, all, words, fill, newKey } from "./page.js";

const HOLD_STILL_MS = 8000;

function bodyOf(form, submitter) {
  const fields = new FormData(form, submitter);
  return form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
}

export class Board {
  constructor({ toast, afterRefresh }) {
    this.toast = toast;
    this.afterRefresh = afterRefresh;
    this.running = null;
    this.again = false;
    this.waiting = null;
    this.pointerOver = false;
    document.addEventListener("pointerover", (event) => {
      this.pointerOver = event.pointerType === "mouse" && Boolean(event.target.closest?.(".lanes, .orders"));
    });
    document.addEventListener("submit", (event) => this.#onSubmit(event));
    one("[data-pending]")?.addEventListener("click", () => this.#apply(this.waiting, true));
    one("[data-fresh]")?.addEventListener("click", () => this.#toEnd());
    one("[data-scroll]")?.addEventListener("scroll", () => { if (this.#atEnd()) this.#seen(); }, { passive: true });
    this.unseen = 0;
  }

  // Ask the server for this page again; calls that come while one runs make one more.
  async refresh() {
    if (this.running) { this.again = true; return; }
    this.running = this.#load();
    try { await this.running; } finally { this.running = null; }
    if (this.again) { this.again = false; await this.refresh(); }
  }

  async #load() {
    let answer;
    try {
      answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
    } catch { return; }
    if (answer.redirected && new URL(answer.url).pathname === "/login") { location.reload(); return; }
    if (answer.ok) this.#apply(new DOMParser().parseFromString(await answer.text(), "text/html"), false);
  }

  #apply(fresh, forced) {
    if (!fresh) return;
    const box = one("[data-scroll]");
    const wasAtEnd = this.#atEnd();
    const before = this.#lastSaid();
    for (const region of all("[data-region]")) {
      const to = one(`[data-region="${region.dataset.region}"]`, fresh);
      if (!to) continue;
      if (!forced && this.#mustHoldStill(region, to)) { this.#offer(fresh); continue; }
      morph(region, document.importNode(to, true));
    }
    if (document.title !== fresh.title && !document.title.startsWith("🔔")) document.title = fresh.title;
    if (forced) {
      this.waiting = null;
      const pill = one("[data-pending]");
      if (pill) pill.hidden = true;
    }
    if (box && wasAtEnd) this.#toEnd();
    else if (box) this.#count(before);
    this.afterRefresh();
  }

  // Rows do not jump under the pointer: a list whose order changed waits to be asked, or a moment.
  #mustHoldStill(region, to) {
    if (!this.pointerOver || !one("[data-row]", region) || !one("[data-pending]")) return false;
    const order = (root) => all("[data-row]", root).map((row) => row.dataset.key).join();
    return order(region) !== order(to);
  }

  #offer(fresh) {
    this.waiting = fresh;
    const pill = one("[data-pending]");
    pill.textContent = words("changed");
    pill.hidden = false;
    clearTimeout(this.holding);
    this.holding = setTimeout(() => this.#apply(this.waiting, true), HOLD_STILL_MS);
  }

  #atEnd() {
    const box = one("[data-scroll]");
    return !box || box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  }

  #lastSaid() { return all("[data-resident]").length; }

  #count(before) {
    this.unseen += this.#lastSaid() - before;
    const pill = one("[data-fresh]");
    if (this.unseen > 0 && pill) { pill.textContent = fill("fresh", this.unseen); pill.hidden = false; }
  }

  #seen() {
    this.unseen = 0;
    const pill = one("[data-fresh]");
    if (pill) pill.hidden = true;
  }

  #toEnd() {
    const box = one("[data-scroll]");
    if (box) box.scrollTop = box.scrollHeight;
    this.#seen();
  }

  async #onSubmit(event) {
    const form = event.target;
    const reveals = form.hasAttribute("data-reveal");
    if (!form.hasAttribute("data-send") && !reveals) return;
    event.preventDefault();
    await this.send(form, event.submitter);
  }

  // Send a form; what was written stays in it until the server has it.
  async send(form, submitter) {
    if (form.dataset.busy) return false;
    form.dataset.busy = "1";
    const buttons = all("button", form);
    for (const button of buttons) button.setAttribute("aria-disabled", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: bodyOf(form, submitter) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok) { this.#refused(page); return false; }
      this.#done(form, answer, page);
      return true;
    } catch {
      this.toast(words("failed"), true);
      return false;
    } finally {
      delete form.dataset.busy;
      for (const button of buttons) button.removeAttribute("aria-disabled");
    }
  }

  #refused(page) {
    this.toast(one("[data-told]", page)?.textContent.trim() || words("failed"), true);
    this.refresh();
  }

  #done(form, answer, page) {
    const text = one("textarea", form), key = one("input[name=key]", form);
    if (form.dataset.send && text) { text.value = ""; text.dispatchEvent(new Event("input", { bubbles: true })); }
    if (key) key.value = newKey();
    const file = one("input[type=file]", form);
    if (file) { file.value = ""; file.dispatchEvent(new Event("change", { bubbles: true })); }
    const panel = form.closest("details[name]");
    if (panel) panel.open = false;
    const goesTo = new URL(answer.url).pathname;
    const claimed = /\/claim$/.test(form.action), here = location.pathname;
    const isReveal = form.hasAttribute("data-reveal");
    if (!isReveal && goesTo !== here && (claimed || !one("[data-region]", page) || here.startsWith("/orders/"))) {
      location.href = answer.url;
      return;
    }
    this.#apply(page, true);
    if (!isReveal) this.#toEnd();
    this.#forgetLater();
    if (form.dataset.done) this.toast(form.dataset.done);
    if (claimed) one("#reply")?.focus();
    else if (document.activeElement === document.body) one("#main").focus({ preventScroll: true });
  }

  // What was revealed stays through refreshes for a minute, then it is masked again.
  #forgetLater() {
    for (const shown of all("[data-forget]")) {
      setTimeout(() => { delete shown.dataset.keep; this.refresh(); }, Number(shown.dataset.forget) * 1000);
      delete shown.dataset.forget;
    }
  }
}
