// Writing an essay: saved every few seconds with the revision it began from, counted while it is typed, with a toolbar.
// Keeper (autosave.js) does the saving. Here the copy in this browser is kept for each open page, with the revision it belongs
// to: what the server lacks is put back, and what clashes with a newer text is shown beside it. Nothing is overwritten unseen.
import { Keeper } from "./autosave.js";
import { store } from "./kept.js";
import { Copies, element, watchSigningOut } from "./copies.js";
import { Counts } from "./counts.js";
import { Tools } from "./tools.js";

const name = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (one) => one.toString(36)).join("-");

class Writer extends Keeper {
  constructor(form) {
    super(form, form.dataset.write);
    this.box = form.elements.body;
    this.page = form.elements.page.value = name();
    this.step = 0;
    this.prefix = `writing:${this.address}:`;
    this.key = this.prefix + this.page;
    this.counts = new Counts(form);
    new Copies(this).recover();
    form.addEventListener("submit", (event) => this.pressed(event));
    watchSigningOut(this);
  }

  get revision() {
    return Number(this.form.elements.revision.value);
  }

  // Keeper asks for these.
  offer() {}

  typed() {
    return this.form.elements.body.value;
  }

  keep(now) {
    store(this.key, now === null ? null : JSON.stringify({ body: now, revision: this.revision, at: Date.now() }));
  }

  changed() {
    super.changed();
    if (this.typed() !== this.before && !this.stuck) this.say("Not saved yet");
    this.counts.later(this.typed());
  }

  payload() {
    this.form.elements.step.value = ++this.step;
    const body = super.payload();
    body.set("cause", this.cause ?? "autosave");
    this.cause = null;
    return body;
  }

  async save() {
    // A clash waits for a decision; only a window that is left sends once more what was typed since.
    if (this.stuck && !document.hidden) return;
    clearTimeout(this.again);
    await super.save();
    if (this.typed() !== this.before && !this.gone && !this.stuck) this.again = setTimeout(() => this.save(), 10_000);
  }

  arrived(now, told) {
    super.arrived(now, told);
    if (told) this.counts.settle(now, told);
    document.querySelector("[data-changed]")?.removeAttribute("hidden");
    this.tell("");
  }

  // The server has what was sent; what was typed since stays in this browser.
  async refused(answer, told, sent) {
    if (!told?.url) return super.refused(answer);
    this.stuck = true;
    this.before = sent;
    this.keep(this.typed() === sent ? null : this.typed());
    this.say("Not saved over the other text", true);
    this.tell(told.sentence, element("a", { className: "btn btn-primary btn-sm", href: told.url, textContent: "Compare the two" }));
  }

  say(text, late = false) {
    super.say(text, late);
    if (late && !this.stuck) this.tell(text);
  }

  tell(text, ...more) {
    const place = document.querySelector("[data-alert]");
    if (place.dataset.said === text) return;
    place.dataset.said = text;
    place.hidden = !text;
    place.replaceChildren(...(text ? [element("p", { textContent: text }), ...more] : []));
  }

  // The page's own button: saved here, without leaving the page. The others go to another page with the text.
  pressed(event) {
    if (event.submitter?.name !== "save") {
      this.form.elements.step.value = ++this.step;
      return;
    }
    event.preventDefault();
    this.gone = false;
    this.byHand();
  }

  async byHand(cause = "by_hand") {
    while (this.busy) await new Promise((done) => setTimeout(done, 50));
    this.cause = cause;
    this.before = null;
    this.say("Saving");
    await this.save();
  }
}

export function start(root) {
  for (const form of root.querySelectorAll("form[data-write]")) {
    const writer = new Writer(form);
    new Tools(form.elements.body, writer);
    for (const one of root.querySelectorAll("[data-without-script]")) one.hidden = true;
    for (const one of root.querySelectorAll("[data-needs-script]")) one.hidden = false;
  }
}
