// Saves a form while it is written: data-autosave="address" on the form, an element with data-saved for the word.
// A copy stays in this browser until the server has the text, so that neither an ended session nor a crash costs a word.
// write.js builds on Keeper: an essay has a revision, and may be open in two windows.
import { fill, newSign, readable, store, touched } from "./kept.js";

const PAUSE = 1500;
// Who types without a pause is saved all the same.
const LONGEST = 5000;
// The cookie's token, not the page's: it still fits after somebody signed in again in another window.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

export class Keeper {
  constructor(form, address = form.dataset.autosave) {
    this.form = form;
    this.address = address;
    this.key = `draft:${address}`;
    this.sign = form.querySelector("[data-saved]") ?? document.querySelector("[data-saved]") ?? form.appendChild(newSign());
    this.before = touched(form) ? null : this.typed();
    this.offer();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", () => this.leaving());
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    window.addEventListener("online", () => this.save());
    window.addEventListener("focus", () => this.save());
    window.addEventListener("pageshow", () => (this.gone = false));
    // What was typed before this was here is saved as if it were typed now.
    if (this.before === null) queueMicrotask(() => this.changed());
    form.dataset.watched = "";
  }

  typed() {
    return JSON.stringify(readable(this.form));
  }

  // The copy in this browser; null takes it away.
  keep(now) {
    store(this.key, now);
  }

  say(text, late = false) {
    this.sign.textContent = text;
    this.sign.classList.toggle("is-late", late);
  }

  // What this browser kept and the server has not.
  offer() {
    const copy = store(this.key);
    if (this.before === null) return;
    if (!copy || copy === this.before) return store(this.key, null);
    fill(this.form, JSON.parse(copy));
    this.say("Put back what you had written here before the connection ended. It is being saved");
    this.changed();
  }

  changed() {
    const now = this.typed();
    // A field that is left says so too, though everything is saved.
    this.keep(now === this.before ? null : now);
    if (now === this.before) return;
    this.since ??= Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), Math.max(0, Math.min(PAUSE, this.since + LONGEST - Date.now())));
  }

  // The form's own button sends the same text; app.js drops the copy once an ordinary page has answered.
  leaving() {
    clearTimeout(this.timer);
    this.gone = true;
    if (store(this.key)) sessionStorage.setItem("sent", this.key);
  }

  payload() {
    return new FormData(this.form);
  }

  async save() {
    clearTimeout(this.timer);
    const now = this.typed();
    if (this.gone || this.busy || now === this.before) return;
    this.busy = true;
    this.since = null;
    const body = this.payload();
    if (token()) body.delete("csrfmiddlewaretoken");
    const headers = { "X-Requested-With": "autosave", "X-CSRFToken": token() };
    try {
      const answer = await fetch(this.address, { method: "POST", body, headers, redirect: "manual" });
      const json = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : null;
      if (answer.type === "opaqueredirect") this.say("You have been signed out. What you wrote is kept in this browser; sign in again in another window", true);
      else if (answer.ok) this.arrived(now, json);
      else await this.refused(answer, json, now);
    } catch {
      this.say("No connection. What you write is kept in this browser and saved when you are back", true);
    }
    this.busy = false;
  }

  async refused(answer) {
    this.say(`Not saved. ${await this.reason(answer)}`, true);
  }

  async reason(answer) {
    const plain = answer.headers.get("Content-Type")?.startsWith("text/plain");
    return plain ? (await answer.text()).slice(0, 200) : "What you wrote is kept in this browser; load the page again";
  }

  arrived(now, told) {
    this.before = now;
    if (told?.revision !== undefined) this.form.elements.revision.value = told.revision;
    // The sign first: what was typed since is not saved, and may say so.
    this.say(`Saved ${told?.saved ?? new Date().toLocaleTimeString("en-GB")}`);
    if (this.typed() === now) this.keep(null);
    else this.changed();
  }
}

export function start(root) {
  for (const form of root.querySelectorAll("form[data-autosave]")) new Keeper(form);
}
