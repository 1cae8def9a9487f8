// Keys outside text fields: c comments on the selected words or on the open criterion, v chooses words by keyboard, b opens the bank
// for the open criterion; Alt+B does so inside a field. The switch in the list of keys holds here too. And the button that
// appears beside words that were selected.
const writing = (target) => target.closest?.("textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]");

export class Keys {
  constructor(composer) {
    this.composer = composer;
    this.comments = composer.comments;
    this.comments.work.tabIndex = -1;
    document.addEventListener("keydown", (event) => this.pressed(event));
    // The room hears the letters too, and tells.
    document.addEventListener("waymark:comment", () => this.compose());
    document.addEventListener("waymark:bank", () => composer.bank.open());
    document.addEventListener("selectionchange", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.offer(), 200);
    });
    this.comments.section.querySelector("[data-starts-picker]").addEventListener("click", () => composer.picker.start());
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-primary btn-sm wm-selected", hidden: true });
    this.button.innerHTML = "Comment <kbd>c</kbd>";
    // Pressing the button must not undo the selection.
    this.button.addEventListener("mousedown", (event) => event.preventDefault());
    this.button.addEventListener("click", () => this.compose());
    this.comments.frame.append(this.button);
  }

  get selected() {
    const selection = getSelection();
    if (selection.isCollapsed || !selection.rangeCount) return null;
    const range = selection.getRangeAt(0);
    return range.intersectsNode(this.comments.work) ? this.comments.text.placesOf(range) : null;
  }

  offer() {
    this.button.hidden = this.composer.isOpen || !this.selected;
    if (this.button.hidden) return;
    const last = [...getSelection().getRangeAt(0).getClientRects()].at(-1);
    const frame = this.comments.frame.getBoundingClientRect();
    this.button.style.top = `${last.bottom - frame.top + 4}px`;
    this.button.style.left = `${Math.max(0, Math.min(last.right - frame.left, frame.width - 120))}px`;
  }

  // A comment that is being written is saved when the next one begins; if it cannot be, it stays and says why.
  async compose() {
    const places = this.selected ?? this.composer.picker.chosen;
    this.button.hidden = true;
    const passage = places && this.comments.text.passage(places);
    if (this.composer.isOpen && !passage) return this.composer.fields.body.focus();
    if (this.composer.isOpen && this.composer.fields.body.value.trim() && !(await this.composer.save())) return;
    this.composer.open({ passage });
    getSelection().removeAllRanges();
  }

  pressed(event) {
    if (event.altKey && event.code === "KeyB" && event.target.matches("textarea") && event.target.closest("[data-composer], [data-decides]")) {
      event.preventDefault();
      this.composer.bank.open(event.target);
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    const on = document.querySelector("[data-keys-on]");
    if ((on && !on.checked) || document.querySelector("dialog[open]")) return;
    const does = { c: () => this.compose(), v: () => this.composer.picker.start(), b: () => this.composer.bank.open() }[event.key];
    // After all who listen: where the room has heard the letter, it has told already.
    if (does) setTimeout(() => event.defaultPrevented || does());
  }
}
