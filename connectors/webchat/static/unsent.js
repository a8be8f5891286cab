// Words that the gateway has not confirmed yet: kept in the browser, sent again with the same id.
// Photos are kept too (IndexedDB), so that a reload in the middle of an upload loses nothing.

const NAME = "linsheng.unsent";
const STORE = "photos";

export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

/** Items: { id, text, choice, photo, hasPhoto, at }. */
export class Unsent {
  #items = new Map();

  constructor() {
    for (const item of read()) this.#items.set(item.id, item);
  }

  all() {
    return [...this.#items.values()];
  }

  get(id) {
    return this.#items.get(id);
  }

  put(item) {
    this.#items.set(item.id, item);
    write((kept) => [...kept.filter((other) => other.id !== item.id), item]);
  }

  async remove(id) {
    const item = this.#items.get(id);
    this.#items.delete(id);
    write((kept) => kept.filter((other) => other.id !== id));
    if (item?.hasPhoto) await photos("readwrite", (store) => store.delete(id));
  }
}

export const keepPhoto = (id, blob) => photos("readwrite", (store) => store.put(blob, id));
export const keptPhoto = (id) => photos("readonly", (store) => store.get(id));

function read() {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? "[]");
  } catch {
    return [];
  }
}

// Each change starts from what is stored: another tab has unsent words of its own.
function write(change) {
  try {
    localStorage.setItem(NAME, JSON.stringify(change(read())));
  } catch {
    // Storage is off or full: the words live as long as the page.
  }
}

function photos(mode, act) {
  return new Promise((resolve) => {
    const opening = indexedDB.open("linsheng", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => resolve(null);
    opening.onsuccess = () => {
      const asked = act(opening.result.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => resolve(asked.result ?? null);
      asked.onerror = () => resolve(null);
    };
  });
}
