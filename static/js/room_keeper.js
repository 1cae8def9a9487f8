// Saves one criterion while the tutor writes. A copy stays in this browser until the server has it.
import { arrived, refused, say } from "./room_answers.js";
import { formOf, remember, remembered } from "./room_shared.js";
import { open, undecided } from "./room_walk.js";

const PAUSE = 1500;
const NAMES = ["decision", "feedback", "action", "mark", "evidence"];
const kept = new WeakMap();
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

class Keeper {
  constructor(form) {
    this.form = form;
    this.box = form.closest("[data-criterion]");
    this.key = `draft:${form.getAttribute("action")}`;
    this.before = this.typed();
    this.offer();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", (event) => this.submitted(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    window.addEventListener("online", () => this.save());
    window.addEventListener("beforeunload", (event) => this.typed() !== this.before && event.preventDefault());
    this.dress();
  }

  typed() {
    return JSON.stringify(NAMES.map((name) => this.form.elements[name]?.value ?? ""));
  }

  // What this browser kept and the server does not have.
  offer() {
    const copy = remembered(this.key);
    if (!copy || copy === this.before) return remember(this.key, null);
    JSON.parse(copy).forEach((value, n) => {
      const field = this.form.elements[NAMES[n]];
      if (field) field.value = value;
    });
    say(this, "Put back what you had written here before the connection ended", true);
    this.changed();
  }

  dress() {
    const refers = this.form.elements.decision.value === "refer" || this.form.elements.mark;
    const action = this.form.querySelector("[data-action]");
    action.hidden = !refers && !this.form.elements.action.value;
  }

  changed() {
    this.dress();
    remember(this.key, this.typed());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async submitted(event) {
    event.preventDefault();
    const goes = event.submitter?.value === "next";
    if (this.stuck) this.before = "";
    // One goes on at once, and comes back if it could not be saved.
    const saving = this.save(true);
    const left = goes && !this.stuck && undecided();
    const done = await saving;
    if (!goes) return;
    if (!done) open(this.box);
    else if (!left) document.querySelector("[data-tray-foot] a.btn-primary")?.focus();
  }

  async save(asked = false) {
    clearTimeout(this.timer);
    if (this.busy) {
      await this.busy;
      return this.save(asked);
    }
    const now = this.typed();
    if (now === this.before && !asked) return true;
    if (this.stuck && !asked) return false;
    this.busy = this.send(now);
    const done = await this.busy;
    this.busy = null;
    return done;
  }

  async send(now) {
    const body = new FormData(this.form);
    body.set("csrfmiddlewaretoken", token() || body.get("csrfmiddlewaretoken"));
    let answer;
    try {
      const headers = { "X-Requested-With": "marking" };
      answer = await fetch(this.form.getAttribute("action"), { method: "POST", body, headers, redirect: "manual" });
    } catch {
      say(this, "No connection. What you write is kept in this browser and saved when you are back", true);
      return false;
    }
    if (answer.type === "opaqueredirect") {
      say(this, "You have been signed out. What you wrote is kept in this browser; sign in again in another window", true);
      return false;
    }
    const json = answer.headers.get("Content-Type")?.startsWith("application/json");
    const found = json ? await answer.json() : { sentence: "What you wrote is kept in this browser. Load the page again." };
    if (!answer.ok) return refused(this, found);
    arrived(this, now, found);
    return true;
  }
}

// Save what is open, now. True if nothing of it is unsaved any more.
export async function saveOpen() {
  const waiting = [...document.querySelectorAll("form[data-decides]")].map((form) => kept.get(form)?.save() ?? true);
  return (await Promise.all(waiting)).every(Boolean);
}

export function keepers(root) {
  for (const form of root.querySelectorAll("form[data-decides]")) kept.set(form, new Keeper(form));
  const now = root.querySelector("[data-save-now]");
  if (!now) return;
  now.hidden = false;
  now.addEventListener("click", () => formOf(document.querySelector("[data-criterion][open]"))?.requestSubmit());
}
