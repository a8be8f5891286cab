// Builds elements. Text only ever goes in as text: nothing here reads HTML.

/** `make("button", { class: "x", type: "button" }, "words", child…)`; a null child is left out. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", name === "logo" ? "logo" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const byId = (id) => document.getElementById(id);

let announced = 0;

/** Tells a screen reader, politely; the words go again so that they are not read twice later. */
export function announce(text) {
  const line = make("p", {}, text);
  byId("announcer").append(line);
  announced += 1;
  if (announced > 5) byId("announcer").firstElementChild.remove();
}
