// The reply box: Enter sends, “/” brings the ready-made replies, and nothing typed is lost.
import { one, all } from "./page.js";

export function composer() {
  const draftKey = (field) => `desk-draft:${location.pathname}:${field.id}`;

  function offer(field) {
    const list = one("[data-canned]");
    if (!list || field.id !== "reply") return;
    const typed = field.value.startsWith("/") ? field.value.slice(1).trim() : null;
    list.hidden = typed === null;
    if (typed === null) return;
    const rows = all("button", list);
    for (const row of rows) row.hidden = typed !== "" && !row.dataset.find.includes(typed) && !row.dataset.text.includes(typed);
    select(rows.filter((row) => !row.hidden), 0);
  }

  function select(rows, at) {
    all("[data-canned] button").forEach((row) => row.setAttribute("aria-selected", "false"));
    const row = rows[Math.max(0, Math.min(rows.length - 1, at))];
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
  }

  function take(row) {
    const field = one("#reply");
    field.value = row.dataset.text;
    one("[data-canned]").hidden = true;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (field.tagName !== "TEXTAREA" || !field.closest(".write")) return;
    if (field.value) sessionStorage.setItem(draftKey(field), field.value);
    else sessionStorage.removeItem(draftKey(field));
    offer(field);
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (field.tagName !== "TEXTAREA" || !field.closest(".write") || event.isComposing) return;
    const list = one("[data-canned]");
    const rows = list && !list.hidden ? all("button", list).filter((row) => !row.hidden) : [];
    const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    if (rows.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      select(rows, at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && rows.length) {
      event.preventDefault();
      take(rows[Math.max(0, at)]);
    } else if (event.key === "Escape" && list && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      list.hidden = true;
    } else if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) {
      event.preventDefault();
      if (field.value.trim()) field.form.requestSubmit();
    }
  }, true);

  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-canned] button");
    if (row) { take(row); return; }
    if (event.target.closest("[data-open-canned]")) {
      const field = one("#reply");
      field.value = "/";
      field.focus();
      offer(field);
    } else if (!event.target.closest("[data-canned], #reply")) {
      const list = one("[data-canned]");
      if (list) list.hidden = true;
    }
  });

  const open = one("[data-open-canned]");
  if (open) open.hidden = false;
  for (const field of all(".write textarea")) {
    const kept = sessionStorage.getItem(draftKey(field));
    if (kept && !field.value) field.value = kept;
  }
}
