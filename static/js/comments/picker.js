// Words chosen by keyboard where a browser has no caret for reading: left and right walk by sentence, up and down by paragraph, Shift
// takes more, c or Enter comments, Escape ends. What is chosen is drawn in the text and said.
const KEYS = "← → sentence, ↑ ↓ paragraph, Shift takes more, c comments, Esc ends";

export class Picker {
  constructor(comments, composer) {
    this.comments = comments;
    this.composer = composer;
    this.bar = Object.assign(document.createElement("div"), { className: "wm-picker", tabIndex: 0, hidden: true });
    this.bar.setAttribute("role", "application");
    this.bar.setAttribute("aria-label", `Choosing words. ${KEYS}`);
    this.bar.innerHTML = `<p role="status"></p><p class="wm-quiet wm-small" aria-hidden="true">${KEYS}</p>`;
    this.bar.addEventListener("keydown", (event) => this.pressed(event));
    comments.frame.append(this.bar);
  }

  get active() {
    return !this.bar.hidden;
  }

  get chosen() {
    if (!this.active) return null;
    const [from, to] = [Math.min(this.anchor, this.head), Math.max(this.anchor, this.head)];
    return { start: this.units[from].start, end: this.units[to].end };
  }

  // Every sentence with its paragraph. Each block of the text ends its line.
  divide() {
    const { text } = this.comments;
    const sentences = globalThis.Intl?.Segmenter ? new Intl.Segmenter("en-GB", { granularity: "sentence" }) : null;
    this.units = [];
    let at = 0, paragraph = 0;
    for (const line of text.whole.split("\n")) {
      let inside = at;
      for (const { segment } of line.trim() ? (sentences?.segment(line) ?? [{ segment: line }]) : []) {
        const number = [...segment].length;
        const places = text.trimmed(inside, inside + number);
        if (places) this.units.push({ ...places, paragraph });
        inside += number;
      }
      at += [...line].length + 1;
      paragraph++;
    }
  }

  start() {
    if (!this.active) {
      this.from = document.activeElement;
      this.divide();
      if (!this.units.length) return;
      const top = this.pane.top;
      const seen = this.units.findIndex((one) => this.comments.text.rangeOf(one.start, one.start + 1).getBoundingClientRect().top >= top);
      this.anchor = this.head = Math.max(0, seen);
      this.bar.hidden = false;
    }
    this.bar.focus({ preventScroll: true });
    this.show();
  }

  end() {
    this.bar.hidden = true;
    this.comments.drawn.show("comments-chosen", null);
    const back = this.from?.isConnected && this.from !== document.body ? this.from : this.comments.work;
    back.focus({ preventScroll: true });
  }

  // The part of the window in which the text is read.
  get pane() {
    const scrolls = this.comments.frame.closest(".wm-text");
    this.scroller = scrolls && getComputedStyle(scrolls).overflowY === "auto" ? scrolls : document.scrollingElement;
    const box = this.scroller === document.scrollingElement ? { top: 0, bottom: innerHeight } : this.scroller.getBoundingClientRect();
    return { top: box.top, bottom: box.bottom - this.bar.offsetHeight };
  }

  show() {
    const { start, end } = this.chosen;
    const range = this.comments.text.rangeOf(start, end);
    this.comments.drawn.show("comments-chosen", range, true);
    const words = this.comments.text.slice(start, Math.min(end, start + 300));
    this.bar.firstElementChild.textContent = `${words}${end > start + 300 ? "…" : ""}`;
    const head = this.units[this.head], box = this.comments.text.rangeOf(head.start, head.end).getBoundingClientRect(), pane = this.pane;
    if (box.top < pane.top + 60) this.scroller.scrollTop += box.top - pane.top - 60;
    else if (box.bottom > pane.bottom - 30) this.scroller.scrollTop += Math.min(box.bottom - pane.bottom + 30, box.top - pane.top - 60);
  }

  step(by, more) {
    const edge = by > 0 ? Math.max(this.anchor, this.head) : Math.min(this.anchor, this.head);
    this.head = Math.max(0, Math.min(this.units.length - 1, (more ? this.head : edge) + by));
    if (!more) this.anchor = this.head;
  }

  leap(by, more) {
    const edge = more ? this.head : by > 0 ? Math.max(this.anchor, this.head) : Math.min(this.anchor, this.head);
    const here = this.units[edge].paragraph;
    const next = by > 0 ? this.units.find((one) => one.paragraph > here) : this.units.findLast((one) => one.paragraph < here);
    if (!next) return;
    const first = this.units.findIndex((one) => one.paragraph === next.paragraph);
    const last = this.units.findLastIndex((one) => one.paragraph === next.paragraph);
    if (!more) this.anchor = first;
    this.head = more && by < 0 ? first : last;
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const more = event.shiftKey;
    const does = {
      ArrowRight: () => this.step(1, more), ArrowLeft: () => this.step(-1, more),
      ArrowDown: () => this.leap(1, more), ArrowUp: () => this.leap(-1, more),
      Enter: () => this.composer.open({ passage: this.comments.text.passage(this.chosen) }), Escape: () => this.end(),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
    if (this.active && !this.composer.isOpen) this.show();
  }
}
