// Writing an essay: saved every few seconds with the revision it began from, counted while it is typed, with a toolbar.
// Keeper (autosave.js) does the saving. Here the copy in this browser is kept for each open page, with the revision it belongs
// to: what the server lacks is put back, and what clashes with a newer text is shown beside it. Nothing is overwritten unseen.
import { Keeper, store } from "./autosave.js";
import { markdownOf } from "./paste.js";

const words = (text) => text.split(/\s+/).filter(Boolean).length;
const said = (number) => number.toLocaleString("en-GB");
const name = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (one) => one.toString(36)).join("-");

function element(tag, facts = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), facts);
  made.append(...inside);
  return made;
}

class Writer extends Keeper {
  constructor(form) {
    super(form, form.dataset.write);
    this.box = form.elements.body;
    this.page = form.elements.page.value = name();
    this.step = 0;
    this.prefix = `writing:${this.address}:`;
    this.key = this.prefix + this.page;
    this.counts = new Counts(form);
    this.recover();
    form.addEventListener("submit", (event) => this.pressed(event));
    this.watchSigningOut();
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

  async refused(answer, told) {
    if (!told?.url) return super.refused(answer);
    this.stuck = true;
    this.before = this.typed();
    this.keep(null);
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

  watchSigningOut() {
    for (const form of document.querySelectorAll("form[method=post]")) {
      if (form.getAttribute("action") !== this.form.dataset.signOut) continue;
      form.addEventListener("submit", async (event) => {
        if (this.stuck) return;
        event.preventDefault();
        await this.byHand("before_sign_out");
        this.gone = true;
        form.submit();
      });
    }
  }

  // What earlier pages of this browser kept and the server does not have. A page that is open holds a lock under the name of
  // its copy, which is left to it.
  async recover() {
    const open = new Set((await navigator.locks?.query())?.held.map((one) => one.name));
    navigator.locks?.request(this.key, () => new Promise(() => {}));
    if (this.typed() !== this.before) return;
    const left = this.copies().filter((one) => !open.has(one.key) && (one.body !== this.typed() || store(one.key, null)));
    const newest = left.find((one) => one.revision === this.revision);
    for (const one of left) if (one !== newest) this.show(one);
    if (!newest) return;
    store(newest.key, null);
    this.box.value = newest.body;
    this.changed();
    this.tell("Put back what you had written in this browser and the server had not received. It is being saved; the text from before is under Versions.");
  }

  copies() {
    const found = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (key.startsWith(this.prefix)) found.push({ key, ...JSON.parse(localStorage.getItem(key)) });
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
      this.box.focus();
    });
    compare.addEventListener("click", () => this.bring(copy));
    place.append(strip);
  }

  // The server keeps the copy as a version, and answers with the page on which both are shown.
  async bring(copy) {
    const body = super.payload();
    for (const [field, value] of Object.entries({ body: copy.body, revision: copy.revision, page: "", step: 0, cause: "autosave" })) body.set(field, value);
    try {
      const answer = await fetch(this.address, { method: "POST", body, headers: { "X-Requested-With": "autosave" }, redirect: "manual" });
      const told = await answer.json();
      if (answer.ok || told.url) store(copy.key, null);
      location.assign(told.url ?? location.href);
    } catch {
      this.tell("The copy could not be sent. It is still in this browser; load the page again.");
    }
  }
}

// ---- the count: the server's, moved by what was typed since
class Counts {
  constructor(form) {
    this.form = form;
    this.least = Number(form.dataset.least);
    this.most = Number(form.dataset.most);
    this.total = document.querySelector("[data-words]");
    this.sections = [...document.querySelectorAll("[data-section]")];
    const truth = { words: Number(this.total.dataset.words), sections: this.sections.map((one) => ({ number: one.dataset.section, words: Number(one.dataset.count), begun: "begun" in one.dataset })) };
    this.settle(form.elements.body.value, truth);
  }

  settle(text, truth) {
    this.truth = truth;
    this.base = this.measure(text);
    this.draw(this.form.elements.body.value);
  }

  later(text) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(text), 250);
  }

  // Words of the whole and of each criterion's section, whose heading begins with its number.
  measure(text) {
    const found = { words: 0, sections: new Map() };
    let here = null;
    for (const line of text.split("\n")) {
      const heading = line.match(/^ {0,3}(#{1,6})\s+(.*)/);
      const plain = heading ? heading[2] : line.replace(/^\s*(?:[-*+]|\d+[.)]|>+)\s+/, "");
      if (/^\[\^[^\]]+\]:/.test(line)) continue;
      if (heading) {
        const section = this.sections.find((one) => plain.startsWith(one.dataset.section) && !/^[\d.]*\d/.test(plain.slice(one.dataset.section.length)));
        if (section) here = { number: section.dataset.section, level: heading[1].length };
        else if (here && heading[1].length <= here.level) here = null;
      }
      if (here) found.sections.set(here.number, (found.sections.get(here.number) ?? 0) + words(plain));
      found.words += words(plain);
    }
    return found;
  }

  draw(text) {
    const now = this.measure(text);
    const total = Math.max(0, this.truth.words + now.words - this.base.words);
    for (const one of document.querySelectorAll("[data-total]")) one.textContent = `${said(total)} ${total === 1 ? "word" : "words"}`;
    const range = document.querySelector("[data-range]");
    if (range) range.textContent = total < this.least ? "fewer than the range" : total > this.most ? "more than the range" : "inside the range";
    for (const one of this.sections) {
      const number = one.dataset.section;
      const truth = this.truth.sections.find((section) => section.number === number);
      const count = Math.max(0, (truth?.words ?? 0) + (now.sections.get(number) ?? 0) - (this.base.sections.get(number) ?? 0));
      one.querySelector("[data-section-words]").textContent = now.sections.has(number) ? said(count) : "no heading yet";
    }
  }
}

// ---- the toolbar
class Tools {
  constructor(box, writer) {
    this.box = box;
    this.writer = writer;
    for (const button of document.querySelectorAll("[data-tool]")) button.addEventListener("click", () => this[button.dataset.tool]());
    for (const button of document.querySelectorAll("[data-heading]")) button.addEventListener("click", () => this.heading(button));
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("paste", (event) => this.paste(event));
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey)) return;
    const plain = !event.shiftKey && !event.altKey;
    const wanted = plain ? { KeyB: "bold", KeyI: "italic", KeyS: "save" } : event.altKey && !event.shiftKey ? { KeyF: "note" } : event.shiftKey && !event.altKey ? { Digit8: "list", Digit9: "quotation" } : {};
    if (!wanted[event.code]) return;
    event.preventDefault();
    this[wanted[event.code]]();
  }

  // Through the browser's own editing, so that Undo takes it back.
  put(text, from = this.box.selectionStart, to = this.box.selectionEnd) {
    this.box.focus();
    this.box.setSelectionRange(from, to);
    if (document.execCommand("insertText", false, text)) return;
    this.box.setRangeText(text, from, to, "end");
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  around(mark) {
    const { selectionStart: from, selectionEnd: to, value } = this.box;
    const inside = value.slice(from, to);
    const bare = inside.trim();
    const lead = inside.length - inside.trimStart().length;
    this.put(`${inside.slice(0, lead)}${mark}${bare}${mark}${bare ? inside.slice(lead + bare.length) : ""}`);
    const end = from + lead + mark.length + bare.length;
    this.box.setSelectionRange(bare ? from + lead + mark.length : end, end);
  }

  lines(mark) {
    const { value, selectionStart, selectionEnd } = this.box;
    const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const next = value.indexOf("\n", selectionEnd);
    const to = next < 0 ? value.length : next;
    const before = from > 0 && !value.slice(0, from).endsWith("\n\n") ? "\n" : "";
    this.put(before + value.slice(from, to).split("\n").map((one) => mark + one).join("\n"), from, to);
  }

  bold() {
    this.around("**");
  }

  italic() {
    this.around("*");
  }

  list() {
    this.lines("- ");
  }

  quotation() {
    this.lines("> ");
  }

  note() {
    const used = [...this.box.value.matchAll(/\[\^(\d+)\]/g)].map((one) => Number(one[1]));
    const number = Math.max(0, ...used) + 1;
    this.put(`[^${number}]`, this.box.selectionEnd, this.box.selectionEnd);
    const end = this.box.value.trimEnd().length;
    const gap = /\n\[\^\d+\]:[^\n]*$/.test(this.box.value.trimEnd()) ? "\n" : "\n\n";
    this.put(`${gap}[^${number}]: `, end, this.box.value.length);
  }

  save() {
    this.writer.byHand();
  }

  // To the section of a criterion; where there is none yet, its heading is written at the end of the text.
  heading(button) {
    const number = button.closest("[data-section]").dataset.section;
    const lines = this.box.value.split("\n");
    const at = lines.findIndex((line) => /^ {0,3}#{1,6}\s/.test(line) && line.replace(/^ {0,3}#+\s+/, "").startsWith(`${number} `));
    if (at < 0) {
      const text = this.box.value.replace(/\s+$/, "");
      this.put(`${text ? "\n\n" : ""}${button.dataset.heading}\n\n`, text.length, this.box.value.length);
      this.box.scrollTop = this.box.scrollHeight;
      return;
    }
    const place = lines.slice(0, at + 1).join("\n").length;
    this.box.focus();
    this.box.setSelectionRange(place, place);
    this.box.blur();
    this.box.focus();
  }

  paste(event) {
    const html = event.clipboardData?.getData("text/html");
    const text = html ? markdownOf(html) : "";
    if (!text) return;
    event.preventDefault();
    this.put(text);
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
