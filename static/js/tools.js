// The toolbar of the page on which an essay is written, its keys, and what is pasted from a word processor.
import { markdownOf } from "./paste.js";

export class Tools {
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
