// Following the desk: one stream per browser, shared by its tabs, and the heartbeat that keeps leases.
import { one, words } from "./page.js";

const RETRY_MS = 2000;
const POLL_MS = 5000;
const COALESCE_MS = 120;

export function follow({ board, bell }) {
  const tabs = new BroadcastChannel("desk-news");
  let lastActive = 0;
  let lastHeard = Date.now();
  let soon = null;
  for (const kind of ["pointerdown", "keydown"]) {
    document.addEventListener(kind, () => { lastActive = Date.now(); }, { passive: true });
  }

  async function state() {
    try {
      const answer = await fetch("/state", { headers: { Accept: "application/json" } });
      if (answer.status === 401) { location.reload(); return; }
      if (answer.ok) bell?.show((await answer.json()).ringing);
    } catch { /* the stream's own retry tells of a lost line */ }
  }

  async function beat() {
    const body = new URLSearchParams({ active: Date.now() - lastActive < 60_000 ? "1" : "0" });
    try {
      const answer = await fetch("/heartbeat", { method: "POST", body, headers: { Accept: "application/json" } });
      if (answer.status === 401) { location.reload(); return; }
      if (answer.ok) bell?.show((await answer.json()).ringing);
    } catch { /* as above */ }
  }

  // Several changes at once are one refresh.
  function changed() {
    if (soon) return;
    soon = setTimeout(() => { soon = null; state(); board.refresh(); }, COALESCE_MS);
  }

  function online(yes) {
    const box = one("[data-link-state]");
    if (box) box.textContent = yes ? words("online") : words("offline");
  }

  function hear(kind) {
    lastHeard = Date.now();
    online(kind !== "lost");
    if (kind === "hello" || kind === "news") changed();
    else if (kind === "beat") beat();
    else if (kind === "bye") location.reload();
  }

  tabs.addEventListener("message", (event) => hear(event.data));

  function lead() {
    return new Promise(() => {
      const tell = (kind) => { hear(kind); tabs.postMessage(kind); };
      function open() {
        const stream = new EventSource("/events");
        for (const kind of ["hello", "news", "beat", "bye"]) stream.addEventListener(kind, () => tell(kind));
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
