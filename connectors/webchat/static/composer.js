// The input bar: words, a photo with preview, and one way to send.

import { byId } from "./dom.js";
import { scaled } from "./photo.js";
import { words } from "./words.js";

const LONGEST = 10_000;

/** Calls `onSay({ text, photo })`; `photo` is a Blob or null. */
export class Composer {
  maxPhotoBytes = 10 * 1024 * 1024;
  #form = byId("composer");
  #words = byId("words");
  #send = byId("send");
  #file = byId("file");
  #tray = byId("tray");
  #preview = byId("preview");
  #notice = byId("notice");
  #photo = null;
  #onSay;

  constructor(onSay) {
    this.#onSay = onSay;
    this.#words.addEventListener("input", () => this.#changed());
    this.#words.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.#submit();
      }
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    byId("photo").addEventListener("click", () => this.#file.click());
    this.#file.addEventListener("change", () => this.#choose(this.#file.files[0]));
    this.#words.addEventListener("paste", (event) => {
      const file = [...event.clipboardData.files].find((one) => one.type.startsWith("image/"));
      if (file) this.#choose(file);
    });
    byId("drop").addEventListener("click", () => {
      this.#setPhoto(null);
      byId("photo").focus();
    });
    this.#changed();
  }

  focus() {
    this.#words.focus({ preventScroll: true });
  }

  async #choose(file) {
    this.#file.value = "";
    if (!file) return;
    this.#tell(null);
    try {
      const photo = await scaled(file);
      if (photo.size > this.maxPhotoBytes) {
        this.#tell(words.photoTooLarge(Math.floor(this.maxPhotoBytes / 1024 / 1024)));
        return;
      }
      this.#setPhoto(photo);
      this.focus();
    } catch {
      this.#tell(words.notAPhoto);
    }
  }

  #submit() {
    const text = this.#words.value.trim();
    if (!text && !this.#photo) return;
    if (text.length > LONGEST) {
      this.#tell(words.tooLong(LONGEST));
      return;
    }
    const photo = this.#photo;
    this.#words.value = "";
    this.#setPhoto(null);
    this.#tell(null);
    this.#onSay({ text, photo });
    this.focus();
  }

  #setPhoto(photo) {
    if (this.#preview.src) URL.revokeObjectURL(this.#preview.src);
    this.#preview.removeAttribute("src");
    this.#photo = photo;
    if (photo) this.#preview.src = URL.createObjectURL(photo);
    this.#tray.hidden = !photo;
    this.#changed();
  }

  #tell(problem) {
    this.#notice.textContent = problem ?? "";
    this.#notice.hidden = !problem;
  }

  #changed() {
    const ready = Boolean(this.#words.value.trim() || this.#photo);
    this.#send.setAttribute("aria-disabled", String(!ready));
    this.#words.style.height = "auto";
    this.#words.style.height = `${this.#words.scrollHeight + 2}px`;
  }
}
