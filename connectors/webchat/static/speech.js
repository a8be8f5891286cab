// Reading aloud by the browser's own voice.

import { icon } from "./dom.js";
import { words } from "./words.js";

export const canSpeak = "speechSynthesis" in window;

const RATE = 0.9;
let speaking = null;

/** Makes `button` read `text()` aloud, and stop when it is pressed again. */
export function readsAloud(button, text) {
  show(button, false);
  button.addEventListener("click", () => {
    const stopping = speaking === button;
    silence();
    if (stopping) return;
    const said = new SpeechSynthesisUtterance(text());
    said.lang = "zh-CN";
    said.rate = RATE;
    said.voice = speechSynthesis.getVoices().find((voice) => voice.lang === "zh-CN") ?? null;
    said.addEventListener("end", () => finished(button));
    said.addEventListener("error", () => finished(button));
    speaking = button;
    show(button, true);
    speechSynthesis.speak(said);
  });
}

export function silence() {
  if (!canSpeak) return;
  speechSynthesis.cancel();
  if (speaking) finished(speaking);
}

function finished(button) {
  if (speaking === button) speaking = null;
  show(button, false);
}

function show(button, on) {
  button.replaceChildren(icon(on ? "stop" : "speak"), on ? words.stop : words.speak);
}
