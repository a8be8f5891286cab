// One key for each frequent act; never while somebody is typing.
import { one, all, isTyping } from "./page.js";

export function keyboard() {
  const dialog = one("[data-keys-dialog]");
  const opener = one("[data-keys]");
  if (opener) { opener.hidden = false; opener.addEventListener("click", () => dialog.showModal()); }

  function move(step) {
    const rows = all("[data-row] .row-link").filter((row) => row.offsetParent);
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const current = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
    rows[Math.max(0, Math.min(rows.length - 1, current + step))].focus();
  }

  function claim() {
    const row = document.activeElement.closest?.("[data-row]");
    const button = (row && one("[data-claim]", row)) || one(".case-head [data-claim]");
    button?.form.requestSubmit(button);
  }

  function write(mode, field) {
    const choice = document.getElementById(mode);
    if (choice) choice.checked = true;
    const late = one(".late-note");
    if (field === "note" && late) late.open = true;
    document.getElementById(field)?.focus();
  }

  function panel(selector) {
    const found = one(selector);
    if (!found) return;
    found.open = true;
    one("input, textarea, button", one(".panel", found))?.focus();
  }

  const acts = {
    j: () => move(1),
    k: () => move(-1),
    c: claim,
    a: () => (one("[data-alarm-rows] [data-act=acknowledge]") ?? one("[data-acknowledge]"))?.requestSubmit(),
    r: () => write("mode-reply", "reply"),
    n: () => write("mode-note", "note"),
    e: () => panel("[data-resolve]"),
    p: () => panel("[data-park]"),
    q: () => { location.href = "/"; },
    "/": () => (one("#reply") ? write("mode-reply", "reply") : one("#find-words")?.focus()),
    "?": () => dialog.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = one("details[name][open]");
      if (open) { open.open = false; one("summary", open).focus(); event.preventDefault(); }
      else if (isTyping(event.target)) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || one("dialog[open]")) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
