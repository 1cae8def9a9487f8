// Copies of an essay that earlier pages of this browser kept and the server does not have: put back, or shown beside a newer text.
import { said, words } from "./counts.js";
import { store } from "./kept.js";

export function element(tag, facts = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), facts);
  made.append(...inside);
  return made;
}

export class Copies {
  constructor(writer) {
    this.writer = writer;
  }

  // What earlier pages of this browser kept and the server does not have. A page that is open holds a lock under the name of
  // its copy, which is left to it.
  async recover() {
    const open = new Set((await navigator.locks?.query())?.held.map((one) => one.name));
    navigator.locks?.request(this.writer.key, () => new Promise(() => {}));
    if (this.writer.typed() !== this.writer.before) return;
    const left = this.copies().filter((one) => !open.has(one.key) && (one.body !== this.writer.typed() || store(one.key, null)));
    const newest = left.find((one) => one.revision === this.writer.revision);
    for (const one of left) if (one !== newest) this.show(one);
    if (!newest) return;
    store(newest.key, null);
    this.writer.box.value = newest.body;
    this.writer.changed();
    this.writer.tell("Put back what you had written in this browser and the server had not received. It is being saved; the text from before is under Versions.");
  }

  copies() {
    const found = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.writer.prefix)) found.push({ key, ...JSON.parse(localStorage.getItem(key)) });
      }
    } catch {
      // No storage, no copies.
    }
    return found.sort((a, b) => b.at - a.at);
  }

  show(copy) {
    const place = document.querySelector("[data-copies]");
    const when = new Date(copy.at).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    const compare = element("button", { type: "button", className: "btn btn-primary btn-sm", textContent: "Compare the two" });
    const drop = element("button", { type: "button", className: "btn btn-secondary btn-sm", textContent: "Throw this copy away" });
    const text = `This browser kept ${said(words(copy.body))} words of ${when} that the server does not have. Your essay was changed elsewhere since, so nothing was put back.`;
    const strip = element("div", { className: "wm-strip is-attention wm-copy" }, element("div", {}, element("p", { textContent: text }), compare, " ", drop));
    drop.addEventListener("click", () => {
      store(copy.key, null);
      strip.remove();
      this.writer.box.focus();
    });
    compare.addEventListener("click", () => this.bring(copy));
    place.append(strip);
  }

  // The server keeps the copy as a version, and answers with the page on which both are shown.
  async bring(copy) {
    const body = new FormData(this.writer.form);
    for (const [field, value] of Object.entries({ body: copy.body, revision: copy.revision, page: "", step: 0, cause: "autosave" })) body.set(field, value);
    try {
      const answer = await fetch(this.writer.address, { method: "POST", body, headers: { "X-Requested-With": "autosave" }, redirect: "manual" });
      const told = await answer.json();
      if (answer.ok || told.url) store(copy.key, null);
      location.assign(told.url ?? location.href);
    } catch {
      this.writer.tell("The copy could not be sent. It is still in this browser; load the page again.");
    }
  }
}

// Whoever signs out on this page is saved first.
export function watchSigningOut(writer) {
  for (const form of document.querySelectorAll("form[method=post]")) {
    if (form.getAttribute("action") !== writer.form.dataset.signOut) continue;
    form.addEventListener("submit", async (event) => {
      if (writer.stuck) return;
      event.preventDefault();
      await writer.byHand("before_sign_out");
      writer.gone = true;
      form.submit();
    });
  }
}
