// One message as an element of the list: words, photo, card, choices, and how far it has got.

import { byId, icon, make } from "./dom.js";
import { canSpeak, readsAloud } from "./speech.js";
import { words } from "./words.js";

/** `acts`: { choose(message, choice), look(source), retry(id) }. */
export function bubble(message, acts) {
  const mine = message.from === "resident";
  const body = make("div", { class: "bubble" });
  const photo = message.preview ?? (message.photo ? `/webchat/photos/${message.photo}` : null);
  if (photo) body.append(photoOf(photo, mine, acts));
  if (message.text) body.append(make("p", { class: "text" }, message.text));
  if (message.card) body.append(cardOf(message.card));

  const item = make("li", { class: `line line-${message.from}` });
  const who = mine ? words.me : message.from === "staff" ? (message.staff ?? words.staff) : words.bot;
  const stack = make("div", { class: "stack" });
  if (mine) {
    stack.append(make("span", { class: "sr" }, `${who}：`), body);
  } else {
    item.append(avatar(message, who));
    stack.append(
      make("span", { class: "name" }, who,
        message.from === "staff" ? make("i", { class: "badge" }, words.staff) : null),
      body,
    );
    if (message.choices?.length) stack.append(choicesOf(message, acts));
    if (canSpeak && (message.text || message.card)) stack.append(reader(body));
  }
  item.append(stack);
  return item;
}

/** Shows which of a message's choices was taken; from then on they only tell what was asked. */
export function markTaken(item, choiceId) {
  const buttons = item.querySelectorAll(".choice");
  if (![...buttons].some((button) => button.dataset.choice === choiceId)) return;
  for (const button of buttons) {
    const taken = button.dataset.choice === choiceId;
    button.setAttribute("aria-disabled", "true");
    button.classList.toggle("choice-taken", taken);
    if (taken && !button.querySelector(".mark-taken")) {
      button.append(make("span", { class: "mark-taken" }, icon("check"), words.taken));
    }
  }
}

/**
 * How far one of the resident's own messages has got.
 * `state`: sending, waiting, uploading, sent, failed or "" for nothing to say.
 */
export function showState(item, state, { progress = 0, words: why = null, retry = null } = {}) {
  const stack = item.querySelector(".stack");
  let line = stack.querySelector(".state");
  if (!state) {
    line?.remove();
    return;
  }
  if (!line) stack.append((line = make("div", { class: "state" })));
  if (state === "uploading" && line.dataset.state === "uploading") {
    line.querySelector("progress").value = progress;
    return;
  }
  line.dataset.state = state;
  const shown = {
    sending: () => [icon("clock"), words.sending],
    waiting: () => [icon("clock"), words.waitingForNetwork],
    uploading: () => [
      make("progress", { max: 1, value: progress, "aria-label": words.uploading }),
      words.uploading,
    ],
    sent: () => [icon("check"), words.sent],
    failed: () => [
      icon("warn"),
      make("span", { class: "why" }, why ?? words.failed),
      retry && make("button", { type: "button", class: "retry", onclick: retry }, words.retry),
    ],
  }[state]();
  line.replaceChildren(...shown.filter(Boolean));
}

function avatar(message, who) {
  const face = message.from === "staff" ? who.slice(0, 1) : icon("logo");
  return make("span", { class: `avatar avatar-${message.from}`, "aria-hidden": "true" }, face);
}

function photoOf(source, mine, acts) {
  const alt = mine ? words.photoOfMine : words.photoOfOther;
  const image = make("img", { src: source, alt, class: "photo", loading: "lazy" });
  const frame = make("button", {
    type: "button", class: "photo-frame", "aria-label": `${alt}，${words.look}`,
    onclick: () => acts.look(source, alt),
  }, image);
  image.addEventListener("error", () => frame.replaceWith(make("p", { class: "text" }, words.photoGone)));
  return frame;
}

const TONES = new Set(["wait", "work", "done", "off", "bad"]);

function cardOf(card) {
  const tone = TONES.has(card.tone) ? card.tone : "wait";
  const facts = (card.facts ?? []).map(([name, value]) =>
    make("div", {}, make("dt", {}, String(name)), make("dd", {}, String(value))));
  return make("div", { class: "card" },
    make("div", { class: "card-head" },
      make("b", {}, String(card.title ?? "")),
      card.state ? make("span", { class: `tone tone-${tone}` }, String(card.state)) : null),
    facts.length ? make("dl", {}, ...facts) : null);
}

function choicesOf(message, acts) {
  const buttons = message.choices.map((choice, i) => {
    const button = make("button", { type: "button", class: "choice", "data-choice": choice.id },
      make("span", { class: "number", "aria-hidden": "true" }, String(i + 1)),
      make("span", { class: "label" }, choice.label));
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") acts.choose(message, choice);
    });
    return button;
  });
  return make("div", { class: "choices", role: "group", "aria-label": words.choose }, ...buttons);
}

function reader(body) {
  const button = make("button", { type: "button", class: "reader" });
  readsAloud(button, () =>
    [...body.querySelectorAll(".text, .card b, .card .tone, .card dt, .card dd")]
      .map((part) => part.textContent).join("，"));
  return button;
}

/** Opens a photo large; Escape or the button closes it. */
export function look(source, alt) {
  const viewer = byId("viewer");
  byId("viewed").src = source;
  byId("viewed").alt = alt;
  viewer.showModal();
}
