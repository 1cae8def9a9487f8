// Saves one criterion while the tutor writes. A copy stays in this browser until the server has it.
import { touched } from "./kept.js";
import { arrived, refused, say } from "./room_answers.js";
import { post } from "./room_post.js";
import { formOf, remember, remembered } from "./room_shared.js";
import { open, undecided } from "./room_walk.js";

const PAUSE = 1500;
const NAMES = ["decision", "feedback", "action", "mark", "evidence"];
const kept = [];

class Keeper {
  constructor(form) {
    this.form = form;
    this.box = form.closest("[data-criterion]");
    this.key = `draft:${form.getAttribute("action")}`;
    // Nothing is known to be saved where somebody was faster than the script, or the browser put back what had been typed.
    this.before = touched(form) ? "" : this.typed();
    try {
      this.offer();
    } catch {
      remember(this.key, null);
    }
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

  // What this browser kept and the server does not have, on the stand it was written against: what was saved meanwhile is shown beside it.
  offer() {
    const copy = JSON.parse(remembered(this.key)) ?? { typed: this.before };
    if (!this.before && copy.typed === this.typed()) this.form.elements.revision.value = copy.revision;
    if (!this.before) return this.changed();
    if (copy.typed === this.before || !copy.typed) return remember(this.key, null);
    JSON.parse(copy.typed).forEach((value, n) => {
      const field = this.form.elements[NAMES[n]];
      if (field) field.value = value;
    });
    this.form.elements.revision.value = copy.revision;
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
    remember(this.key, JSON.stringify({ revision: this.form.elements.revision.value, typed: this.typed() }));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async submitted(event) {
    event.preventDefault();
    const goes = event.submitter?.value === "next";
    if (this.stuck) this.before = "";
    // One goes on at once, and comes back if it could not be saved. After a refusal one goes on when it is saved.
    const saving = this.save(true);
    const left = goes && !this.stuck && undecided();
    const done = await saving;
    if (!goes) return;
    if (!done) open(this.box);
    else if (!left && !undecided()) document.querySelector("[data-tray-foot] a.btn-primary")?.focus();
  }

  // It is on its way by another road.
  rests() {
    clearTimeout(this.timer);
    this.before = this.typed();
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
    const found = await post(this.form.getAttribute("action"), new FormData(this.form));
    if (found.done) arrived(this, now, found);
    else if (found.answered) refused(this, found);
    else say(this, found.sentence, true);
    return found.done;
  }
}

// Save everything, now. True if nothing is unsaved any more.
export const saveAll = async () => (await Promise.all(kept.map((one) => one.save()))).every(Boolean);

// What the server does not have yet, on its way or not.
export const unsaved = () => kept.filter((one) => one.busy || one.typed() !== one.before);

export function keepers(root) {
  for (const form of root.querySelectorAll("form[data-decides]")) kept.push(new Keeper(form));
  const now = root.querySelector("[data-save-now]");
  if (!now) return;
  now.hidden = false;
  now.addEventListener("click", () => formOf(document.querySelector("[data-criterion][open]"))?.requestSubmit());
}
