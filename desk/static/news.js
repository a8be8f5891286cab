// Following the desk: one stream per browser, shared by its tabs, and the heartbeat that keeps leases.
import { one, words } from "./page.js";

const RETRY_MS = 2000;
const POLL_MS = 5000;
const SOON_MS = 120;
const LATER_MS = 1500;

export function follow({ board, bell }) {
  const tabs = new BroadcastChannel("desk-news");
  let lastActive = 0;
  let lastHeard = Date.now();
  let due = null;
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, () => { lastActive = Date.now(); }, { passive: true });
  }

  function show({ ringing, waiting }) {
    bell?.show(ringing);
    const count = one("[data-waiting]");
    if (!count) return;
    count.hidden = !waiting;
    one("b", count).textContent = waiting;
  }

  async function state() {
    try {
      const answer = await fetch("/state", { headers: { Accept: "application/json" } });
      if (answer.status === 401) { location.reload(); return; }
      if (answer.ok) show(await answer.json());
    } catch { /* the stream's own retry tells of a lost line */ }
  }

  async function beat() {
    const body = new URLSearchParams({ active: Date.now() - lastActive < 60_000 ? "1" : "0" });
    try {
      const answer = await fetch("/heartbeat", { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.status === 401) { location.reload(); return; }
      if (answer.ok) show(await answer.json());
    } catch { /* as above */ }
  }

  // What concerns the open conversation is shown at once; the rest of the queue may wait a moment,
  // so that a busy community is not fifty pages asking for everything at every word.
  function changed(news) {
    const main = one("#main");
    const cares = (main.dataset.cares ?? "").split(" ");
    const near = !news || news.kind === "missed" || news.conversation_id === main.dataset.conversation || news.kind === "ring";
    if (news?.kind !== "ticket" && news?.kind !== "message") state();
    if (!news || news.kind === "missed" || cares.includes(news.kind)) refreshIn(near ? SOON_MS : LATER_MS);
  }

  function refreshIn(wait) {
    const at = Date.now() + wait;
    if (due && due.at <= at) return;
    if (due) clearTimeout(due.timer);
    due = { at, timer: setTimeout(() => { due = null; board.refresh(); }, wait) };
  }

  function online(yes) {
    const box = one("[data-link-state]");
    if (box) box.textContent = yes ? words("online") : words("offline");
  }

  function hear({ kind, news }) {
    lastHeard = Date.now();
    online(kind !== "lost");
    if (kind === "hello" || kind === "news") changed(news);
    else if (kind === "beat") beat();
    else if (kind === "bye") location.reload();
  }

  tabs.addEventListener("message", (event) => hear(event.data));

  function lead() {
    return new Promise(() => {
      const tell = (kind, news = null) => { hear({ kind, news }); tabs.postMessage({ kind, news }); };
      function open() {
        const stream = new EventSource("/events");
        for (const kind of ["hello", "news", "beat", "bye"]) {
          stream.addEventListener(kind, (event) => tell(kind, JSON.parse(event.data)));
        }
        stream.addEventListener("error", () => {
          stream.close();
          tell("lost");
          setTimeout(open, RETRY_MS);
        });
      }
      open();
    });
  }

  // A browser allows six connections to one server: only one tab holds the stream.
  if (navigator.locks) navigator.locks.request("desk-stream", lead);
  else lead();

  beat();
  state();
  // When nothing is heard, ask: losing the stream costs seconds, not an emergency.
  setInterval(() => { if (Date.now() - lastHeard > 45_000) { state(); beat(); board.refresh(); } }, POLL_MS);
}
