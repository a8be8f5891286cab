// A photo is looked at before it goes out: what was chosen is shown above its form.
import { one } from "./page.js";

export function photo() {
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-photo]")) return;
    const shown = one("[data-preview]", field.form);
    if (shown.src) URL.revokeObjectURL(shown.src);
    const [file] = field.files;
    shown.hidden = !file;
    if (file) shown.src = URL.createObjectURL(file);
    else shown.removeAttribute("src");
  });
}
