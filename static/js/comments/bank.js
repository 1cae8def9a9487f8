// The comment bank inside a field: a search with a list of what fits, arrows and Enter, or a figure while nothing is searched for.
import { send } from "./send.js";

export class Bank {
  constructor(section, composing) {
    this.section = section;
    this.composing = composing;
    this.box = Object.assign(document.createElement("div"), { className: "wm-bank", hidden: true });
    this.box.innerHTML = `<label for="bank-find" class="form-label">Comment bank</label>
<input class="form-control form-control-sm" id="bank-find" type="text" role="combobox" autocomplete="off" aria-expanded="true" aria-controls="bank-list" aria-autocomplete="list">
<ul id="bank-list" role="listbox" aria-label="From the bank"></ul><p class="wm-small" role="status"></p>
<p class="wm-bank-foot"><button type="button" class="wm-quiet-button" data-keeps-in-bank>Keep what is in the field</button> <button type="button" class="wm-quiet-button" data-closes-bank>Close</button></p>`;
    [this.find, this.list, this.said] = [this.box.querySelector("input"), this.box.querySelector("ul"), this.box.querySelector("[role=status]")];
    this.find.addEventListener("input", (event) => {
      event.stopPropagation();
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.look(), 150);
    });
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.list.addEventListener("click", (event) => this.insert([...this.list.children].indexOf(event.target.closest("li"))));
    this.box.querySelector("[data-keeps-in-bank]").addEventListener("click", () => this.keep());
    this.box.querySelector("[data-closes-bank]").addEventListener("click", () => this.close(true));
  }

  get open_criterion() {
    return document.querySelector("[data-criterion][open]");
  }

  open(field = this.composing() ?? this.open_criterion?.querySelector("textarea[name=feedback]")) {
    if (!field) return;
    this.field = field;
    this.place = [field.selectionStart, field.selectionEnd];
    field.after(this.box);
    this.box.hidden = false;
    this.find.value = "";
    this.found = [];
    this.list.replaceChildren();
    this.find.focus();
    this.box.scrollIntoView({ block: "nearest" });
    this.look();
  }

  close(back = false) {
    if (this.box.hidden) return;
    this.box.hidden = true;
    if (back) this.field.focus();
  }

  // The number of the criterion that the field is about, without its unit.
  get number() {
    const chosen = this.field.form.elements.criterion?.selectedOptions?.[0]?.text;
    const about = chosen && chosen !== "None" ? chosen : this.field.closest("[data-criterion]")?.dataset.number ?? "";
    return about.split(" ").at(-1);
  }

  async look() {
    const asked = new URLSearchParams({ q: this.find.value, criterion: this.number });
    // An answer to what is no longer searched for comes too late.
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const found = await fetch(`${this.section.dataset.bank}?${asked}`).then((answer) => answer.json()).catch(() => null);
    if (turn !== this.turn) return;
    this.found = found?.found ?? [];
    if (!found) return void (this.said.textContent = "The bank cannot be reached at the moment.");
    this.list.replaceChildren(...this.found.map((one, at) => {
      const item = Object.assign(document.createElement("li"), { id: `bank-${one.pk}`, title: one.body });
      item.setAttribute("role", "option");
      const figure = at < 9 && !this.find.value ? `<kbd aria-hidden="true">${at + 1}</kbd> ` : "";
      item.innerHTML = `${figure}<span></span> <small></small>`;
      item.querySelector("span").textContent = one.label;
      item.querySelector("small").textContent = [one.criterion, one.whose].filter(Boolean).join(", ");
      return item;
    }));
    this.said.textContent = this.found.length ? `${this.found.length} to choose from` : "Nothing in the bank fits.";
    this.mark(0);
  }

  mark(at) {
    this.at = Math.max(0, Math.min(this.found.length - 1, at));
    [...this.list.children].forEach((one, number) => one.setAttribute("aria-selected", String(number === this.at)));
    const item = this.list.children[this.at];
    this.find.setAttribute("aria-activedescendant", item?.id ?? "");
    item?.scrollIntoView({ block: "nearest" });
  }

  pressed(event) {
    const figure = !this.find.value && event.target === this.find && /^[1-9]$/.test(event.key) && !event.ctrlKey && !event.altKey ? Number(event.key) : 0;
    if (event.key === "Escape") this.close(true);
    else if (event.target !== this.find) return;
    else if (event.key === "ArrowDown") this.mark(this.at + 1);
    else if (event.key === "ArrowUp") this.mark(this.at - 1);
    else if (event.key === "Enter") this.insert(this.at);
    else if (figure) this.insert(figure - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // As if it were typed, so that the field's own saving hears it and it can be undone.
  insert(at) {
    const one = this.found?.[at], field = this.field;
    if (!one) return;
    this.close(true);
    field.setSelectionRange(...this.place);
    const before = field.value.slice(0, this.place[0]);
    const words = `${before && !/\s$/.test(before) ? " " : ""}${one.body}`;
    if (!document.execCommand("insertText", false, words)) {
      field.setRangeText(words, ...this.place, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    send(`${this.section.dataset.bankPage}${one.pk}/used/`, new FormData());
  }

  async keep() {
    const body = new FormData();
    body.set("body", this.field.value);
    body.set("criterion_number", this.number);
    const found = await send(this.section.dataset.bankKeep, body);
    this.said.textContent = found.ok ? `Kept in your bank: ${found.label}` : found.sentence;
  }
}
