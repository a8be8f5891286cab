// The desk's pages work without this script; it adds live news, the keyboard and the bell.
import { Bell } from "./bell.js";
import { Board } from "./refresh.js";
import { follow } from "./news.js";
import { keyboard } from "./keys.js";
import { composer } from "./composer.js";
import { photo } from "./photo.js";
import { one, all, duration } from "./page.js";

const signedIn = document.body.hasAttribute("data-signed-in");

function tick() {
  for (const at of all("time[data-since]")) {
    if (!at.dataset.since) continue;
    const seconds = (Date.now() - Date.parse(at.dataset.since)) / 1000;
    const text = duration(seconds);
    if (at.textContent !== text) at.textContent = text;
    at.classList.toggle("old", seconds > 10 * 60);
  }
}

function showPane(name) {
  for (const pane of all("[data-pane]")) pane.classList.toggle("shown", pane.dataset.pane === name);
  for (const link of all("[data-goto]")) {
    if (link.dataset.goto === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (name === "thread") scrollToEnd();
}

function scrollToEnd() {
  const box = one("[data-scroll]");
  if (box) box.scrollTop = box.scrollHeight;
}

// When the box shrinks (an alarm, a keyboard on a phone) the newest words stay in sight.
function stayAtEnd() {
  const box = one("[data-scroll]");
  if (!box) return;
  let atEnd = true;
  box.addEventListener("scroll", () => { atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60; }, { passive: true });
  new ResizeObserver(() => { if (atEnd) scrollToEnd(); }).observe(box);
}

function presets() {
  for (const group of all("[data-presets]")) {
    const field = document.getElementById(group.dataset.presets);
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      // The field holds a wall clock in China, wherever the browser is.
      const china = new Date(Date.now() + 8 * 3600e3);
      if (button.dataset.in) china.setUTCMinutes(china.getUTCMinutes() + Number(button.dataset.in));
      else {
        const [hours, minutes] = button.dataset.at.split(":").map(Number);
        if ("next" in button.dataset) china.setUTCDate(china.getUTCDate() + 1);
        china.setUTCHours(hours, minutes, 0, 0);
      }
      field.value = china.toISOString().slice(0, 16);
    });
  }
}

function toast(text, bad = false) {
  const box = one("[data-toast]");
  if (!box) return;
  box.textContent = text;
  box.classList.toggle("bad", bad);
  box.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { box.hidden = true; }, bad ? 8000 : 3000);
}

if (signedIn) {
  const board = new Board({ toast, afterRefresh: () => { tick(); presets(); } });
  const bell = document.body.dataset.live === "1" ? new Bell({ toast }) : null;
  follow({ board, bell });
  keyboard();
  composer();
  photo();
  presets();
  tick();
  setInterval(tick, 15_000);
  scrollToEnd();
  stayAtEnd();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (link) {
      event.preventDefault();
      const shown = one(`[data-pane="${link.dataset.goto}"]`).classList.contains("shown");
      showPane(shown && link.dataset.goto === "person" && innerWidth > 760 ? "thread" : link.dataset.goto);
    }
    const ref = event.target.closest("a.ref");
    if (ref) {
      event.preventDefault();
      showPane("thread");
      const said = document.getElementById(ref.hash.slice(1));
      said?.scrollIntoView({ block: "center" });
      said?.classList.add("looked-at");
      setTimeout(() => said?.classList.remove("looked-at"), 2500);
    }
    for (const open of all("details[name][open]")) if (!open.contains(event.target)) open.open = false;
  });
  document.body.dataset.ready = "1";
}

