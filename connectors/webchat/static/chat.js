// The page, put together: what is said goes out once, what is told is shown once.

import { Composer } from "./composer.js";
import { announce, byId, icon, make } from "./dom.js";
import { Link } from "./link.js";
import { upload } from "./photo.js";
import { silence } from "./speech.js";
import { Transcript } from "./transcript.js";
import { Unsent, keepPhoto, keptPhoto, newId } from "./unsent.js";
import { Voice } from "./voice.js";
import { SERVICES, SOS, STOP_WAITING, words } from "./words.js";

const OFFLINE_AFTER_MS = 1500; // a short hiccup is nobody's business
const TYPING_AFTER_MS = 250;
const TIGHT_PX = 380;

const unsent = new Unsent();
const uploading = new Set();
let conversation = null;
let told = { seen: 0, owner: null };
let offlineTimer = 0;
let typingTimer = 0;

const transcript = new Transcript({
  choose: (message, choice) => say({ text: choice.label, choice: choice.id }),
  retry: (id) => sendOne(unsent.get(id)),
  seen: (seq) => {
    if (seq > told.seen && link.send({ type: "read", seq })) told.seen = seq;
  },
});
const link = new Link(() => transcript.cursor);
new Voice();
const composer = new Composer(({ text, photo }) => say({ text, photo }));

// --- what the resident says

async function say({ text = "", choice = null, photo = null }) {
  silence();
  const item = { id: newId(), text, choice, photo: null, hasPhoto: Boolean(photo), at: Date.now() };
  if (photo) await keepPhoto(item.id, photo);
  unsent.put(item);
  show(item, photo);
  sendOne(item, photo);
}

function show(item, photo) {
  const preview = photo ? URL.createObjectURL(photo) : null;
  transcript.pending({ id: item.id, text: item.text, photo: item.photo, preview });
  welcome();
}

async function sendOne(item, photo = null) {
  if (!item) return;
  if (item.hasPhoto && !item.photo && !(await uploadOne(item, photo))) return;
  const sent = link.send({
    type: "say", id: item.id, photo: item.photo ?? undefined,
    ...(item.choice ? { choice: item.choice } : { text: item.text }),
  });
  transcript.state(item.id, sent ? "sending" : "waiting");
}

/** True when the photo has its id; otherwise the bubble says what is wrong. */
async function uploadOne(item, photo) {
  if (uploading.has(item.id)) return false;
  uploading.add(item.id);
  try {
    const blob = photo ?? (await keptPhoto(item.id));
    if (!blob) throw { words: words.photoGone, again: false };
    transcript.state(item.id, "uploading", { progress: 0 });
    item.photo = await upload(blob, (progress) =>
      transcript.state(item.id, "uploading", { progress }));
    unsent.put(item);
    return true;
  } catch (problem) {
    if (!link.up && problem.again) {
      transcript.state(item.id, "waiting");
    } else {
      transcript.state(item.id, "failed", { words: problem.words, again: problem.again });
      if (!problem.again) unsent.remove(item.id);
    }
    return false;
  } finally {
    uploading.delete(item.id);
  }
}

// --- what the page is told

const HEARD = {
  hello(body) {
    const another = conversation !== null && conversation !== body.conversation;
    conversation = body.conversation;
    told.seen = 0;
    composer.maxPhotoBytes = body.photo_max_bytes;
    byId("presence").textContent = body.home ? `${words.subtitle} · ${body.home}` : words.subtitle;
    if (another && transcript.cursor > 0) {
      transcript.reset();
      link.again();
      return;
    }
    if (body.reset) {
      transcript.reset();
      transcript.first = body.first;
    }
    if (body.senior && stored("linsheng.senior") === null) setSenior(true, { remember: false });
  },
  history(body) {
    transcript.history(body.messages);
    for (const message of body.messages) if (message.id) unsent.remove(message.id);
    for (const item of unsent.all()) sendOne(item);
    welcome();
  },
  earlier(body) {
    transcript.earlier(body.messages, body.first);
    welcome();
  },
  message(body) {
    if (body.id) unsent.remove(body.id);
    transcript.live(body);
    if (body.from !== "resident" && document.hidden) hiddenNews();
    welcome();
  },
  stored(body) {
    transcript.state(body.id, "sent");
    unsent.remove(body.id);
  },
  refused(body) {
    transcript.state(body.id, "failed", { words: body.words, again: body.again });
    if (!body.again) unsent.remove(body.id);
  },
  typing(body) {
    clearTimeout(typingTimer);
    if (!body.on) byId("typing").hidden = true;
    else typingTimer = setTimeout(showTyping, TYPING_AFTER_MS);
  },
  owner(body) {
    told.owner = body;
    showOwner(body);
  },
};

link.addEventListener("told", ({ detail }) => HEARD[detail.type]?.(detail));
link.addEventListener("up", () => {
  clearTimeout(offlineTimer);
  offlineTimer = 0;
  if (byId("offline").textContent) announce(words.back);
  byId("offline").replaceChildren();
});
link.addEventListener("down", () => {
  clearTimeout(typingTimer);
  byId("typing").hidden = true;
  for (const item of unsent.all()) transcript.state(item.id, "waiting");
  offlineTimer ||= setTimeout(
    () => byId("offline").replaceChildren(make("p", {}, icon("offline"), make("span", {}, words.offline))),
    OFFLINE_AFTER_MS,
  );
});

function showTyping() {
  byId("typing").hidden = false;
}

// --- who is speaking

function ownerWords({ state, name, position, emergency }) {
  const who = name ?? words.staff;
  switch (state) {
    case "WAITING":
      if (emergency) return words.rescue;
      return position && position > 1 ? words.before(position - 1) : words.next;
    case "CLAIMED": return words.claimed(who);
    case "WITH_HUMAN": return words.withHuman(who);
    case "PARKED": return words.parked(who);
    case "WRAP_UP": case "RESOLVED": return words.resolved;
    default: return null;
  }
}

function showOwner(owner) {
  const banner = byId("owner");
  const text = ownerWords(owner);
  const changed = banner.textContent !== "" || text !== null;
  banner.hidden = text === null;
  banner.classList.toggle("banner-rescue", owner.emergency && owner.state === "WAITING");
  const waits = owner.state === "WAITING" && !owner.emergency;
  banner.replaceChildren(...(text === null ? [] : [
    make("p", {},
      icon(owner.emergency && owner.state === "WAITING" ? "emergency" : "person"),
      make("span", {}, text)),
    ...(waits ? [make("button", {
      type: "button", class: "stop-waiting", onclick: () => say({ text: STOP_WAITING }),
    }, words.stopWaiting)] : []),
  ]));
  if (changed && text) announce(text);
}

// --- services and emergency

function tile(service) {
  return make("li", {}, make("button", {
    type: "button", class: `tile tile-${service.icon}`, onclick: () => serve(service),
  }, make("span", { class: "tile-icon" }, icon(service.icon)),
  make("span", { class: "tile-words" }, make("b", {}, service.name), make("small", {}, service.hint))));
}

function serve(service) {
  byId("services").close();
  say({ text: service.say });
}

function quickBar() {
  const chip = (service) => make("button", {
    type: "button", class: "chip", "data-service": service.icon, onclick: () => serve(service),
  }, service.name);
  byId("quick").replaceChildren(
    make("button", { type: "button", class: "chip chip-sos", "data-sos": true },
      icon("emergency"), make("span", {}, words.emergency)),
    ...SERVICES.map(chip),
    make("button", {
      type: "button", class: "chip chip-all", onclick: () => byId("services").showModal(),
    }, icon("more"), make("span", {}, words.services)),
  );
}

/** The first screen belongs to the beginning of the conversation. */
function welcome() {
  const beginning = transcript.first <= 1;
  byId("welcome").hidden = !beginning;
  byId("earlier").hidden = beginning;
  byId("quick").hidden = transcript.empty;
}

function askEmergency() {
  const dialog = byId("sos");
  dialog.showModal();
  byId("sos-go").focus();
}

// --- 长辈版

function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function setSenior(on, { remember = true } = {}) {
  document.documentElement.toggleAttribute("data-senior", on);
  byId("senior").setAttribute("aria-checked", String(on));
  if (!on) silence();
  if (!remember) return;
  announce(on ? words.seniorOn : words.seniorOff);
  try {
    localStorage.setItem("linsheng.senior", on ? "on" : "off");
  } catch {
    // Storage is switched off: the choice holds until the page is closed.
  }
}

// --- news while the page is in the background

const title = document.title;
let news = 0;

function hiddenNews() {
  news += 1;
  document.title = `(${news}) ${title}`;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  news = 0;
  document.title = title;
});

// --- start

byId("tiles").append(...SERVICES.map(tile));
byId("services-tiles").append(...SERVICES.map(tile));
quickBar();
byId("senior").setAttribute("aria-checked", String("senior" in document.documentElement.dataset));
byId("senior").addEventListener("click", () =>
  setSenior(byId("senior").getAttribute("aria-checked") !== "true"));
byId("earlier").addEventListener("click", () =>
  link.send({ type: "earlier", before: transcript.first }));
byId("services-no").addEventListener("click", () => byId("services").close());
byId("viewer-no").addEventListener("click", () => byId("viewer").close());
byId("sos-no").addEventListener("click", () => byId("sos").close());
byId("sos-go").addEventListener("click", () => {
  byId("sos").close();
  say({ text: SOS });
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-sos]")) askEmergency();
});
for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

// A phone's keyboard makes what is visible smaller, not the page: the input bar follows it.
const visible = window.visualViewport;
visible?.addEventListener("resize", () => {
  if (visible.scale > 1.01) return;
  const root = document.documentElement;
  root.style.setProperty("--height", `${Math.round(visible.height)}px`);
  root.toggleAttribute("data-tight", visible.height < TIGHT_PX);
});

(async () => {
  for (const item of unsent.all()) {
    show(item, item.hasPhoto && !item.photo ? await keptPhoto(item.id) : null);
    transcript.state(item.id, "waiting");
  }
  link.connect();
})();
