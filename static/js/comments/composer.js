// The form beside the text: opens on words or on the open criterion, saves with Ctrl+Enter, keeps what is typed as a draft in this
// browser until the server has it. Escape closes it and keeps the draft.
import { Acts } from "./acts.js";
import { Bank } from "./bank.js";
import { addTheirs, dress } from "./dress.js";
import { Draft } from "./draft.js";
import { Keys } from "./keys.js";
import { Picker } from "./picker.js";
import { save } from "./saving.js";
import { newKey } from "./send.js";

export class Composer {
  constructor(comments) {
    this.comments = comments;
    this.form = comments.section.querySelector("[data-composer]");
    this.fields = this.form.elements;
    this.own = this.form.getAttribute("action");
    this.said = this.form.querySelector("[data-composer-said]");
    this.theirs = addTheirs(this.form);
    this.kept = new Draft(comments.section.dataset.comments);
    this.form.addEventListener("input", () => this.keep());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.form.addEventListener("keydown", (event) => this.pressed(event));
    for (const button of comments.section.querySelectorAll("button[hidden]")) button.hidden = false;
    this.form.querySelector("[data-closes-composer]").addEventListener("click", () => this.close());
    comments.section.querySelector("[data-opens-composer]").addEventListener("click", () => this.open());
    this.bank = new Bank(comments.section, () => (this.isOpen ? this.fields.body : null));
    this.form.querySelector("[data-opens-bank]").addEventListener("click", () => this.bank.open(this.fields.body));
    this.picker = new Picker(comments, this);
    new Acts(comments, this);
    new Keys(this);
    // What the server refused without the script is still to be sent.
    if (this.fields.body.value) this.open({ focus: false });
    else {
      this.form.hidden = true;
      this.putBack();
    }
  }

  get isOpen() {
    return !this.form.hidden;
  }

  open({ passage = null, changing = null, focus = true, criterion } = {}) {
    this.from ??= document.activeElement;
    this.changing = changing;
    const draft = this.kept.of(changing);
    this.passage = passage ?? draft?.passage ?? null;
    this.form.action = changing?.address ?? this.own;
    this.fields.key.value = draft?.key ?? newKey();
    this.fields.body.value = draft?.body ?? changing?.body ?? this.fields.body.value;
    this.fields.criterion.value = criterion ?? draft?.criterion ?? changing?.criterion ?? this.comments.criterion;
    this.revision = draft?.revision ?? changing?.revision;
    dress(this.form, this.passage, changing);
    this.theirs.hidden = true;
    this.tell(draft?.body ? "Your draft is put back. It is not saved yet." : "");
    this.form.hidden = false;
    this.comments.section.classList.add("is-writing");
    const range = this.passage && this.comments.text.rangeOf(this.passage.start, this.passage.end);
    this.comments.drawn.show("comments-chosen", range);
    // Beside the words, or on a narrow page below them.
    const boxes = range ? [...range.getClientRects()] : [];
    const top = (this.comments.margin.beside ? boxes[0]?.top : boxes.at(-1)?.bottom + 6) || this.picker.pane.top + 16;
    this.form.style.top = `${Math.max(0, top - this.comments.frame.getBoundingClientRect().top)}px`;
    if (!focus) return;
    this.fields.body.focus({ preventScroll: true });
    this.form.scrollIntoView({ block: "nearest" });
  }

  keep() {
    const { body, criterion, key } = this.fields;
    const { passage, revision, changing } = this;
    this.kept.keep({ body: body.value, criterion: criterion.value, key: key.value, passage, revision, changing });
  }

  // The browser was closed in mid-sentence: what was typed is here again.
  putBack() {
    const draft = this.kept.any();
    if (!draft) return;
    this.open({ changing: draft.changing, focus: false });
    this.comments.say("You were writing a comment. It is put back and not saved yet.");
  }

  pressed(event) {
    if (event.key === "Escape" && !event.defaultPrevented) this.close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  close(saved = false) {
    this.form.hidden = true;
    this.bank.close();
    this.comments.section.classList.remove("is-writing");
    this.comments.drawn.show("comments-chosen", null);
    if (!saved && this.kept.of(this.changing)) this.comments.say(`Not saved. Your draft is kept: press c to go on.`);
    for (const name of ["body", "quote"]) this.fields[name].value = "";
    const back = this.picker.active ? this.picker.bar : this.from;
    this.from = this.changing = this.passage = null;
    if (back?.isConnected && back !== document.body) back.focus({ preventScroll: true });
    else this.comments.work.focus({ preventScroll: true });
    if (this.picker.active) this.picker.show();
  }

  tell(words, late = false) {
    this.said.textContent = words;
    this.said.classList.toggle("is-late", late);
  }

  // Whether it is saved.
  save() {
    return save(this);
  }
}
