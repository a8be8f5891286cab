// Small things every part of the page needs. The words themselves stand in base.html.
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

export function words(name) {
  return one("template[data-words]")?.dataset[name] ?? "";
}

export function fill(name, n) {
  return words(name).replace("{n}", n);
}

export function duration(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  if (minutes < 1) return words("now");
  if (minutes < 60) return fill("minutes", minutes);
  if (minutes < 24 * 60) return fill("hours", Math.floor(minutes / 60));
  return fill("days", Math.floor(minutes / (24 * 60)));
}

// crypto.randomUUID needs HTTPS; a desk on a staff network may not have it.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function isTyping(target) {
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
