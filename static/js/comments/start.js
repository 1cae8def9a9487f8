// The comments of a piece of work: the list, the passages in the text, and what belongs together. Writing them is in composer.js.
import { Composer } from "./composer.js";
import { Drawn } from "./drawn.js";
import { Margin } from "./margin.js";
import { Text } from "./text.js";

class Comments {
  constructor(section) {
    this.section = section;
    this.work = document.getElementById("work");
    this.frame = section.closest("[data-comment-frame], .wm-text-inner") ?? this.work.parentElement;
    this.list = section.querySelector("[data-remarks]");
    // What is said stands at the foot of the text that is seen, not after its end.
    this.said = section.querySelector("[data-remark-said]");
    this.said.className = "wm-remark-said wm-small";
    this.frame.append(this.said);
    this.about = section.querySelector("[data-filter] select");
    this.drawn = new Drawn();
    this.margin = new Margin(this);
    this.read();
    section.addEventListener("click", (event) => this.clicked(event));
    this.list.addEventListener("pointerover", (event) => this.hover(this.of(event.target)));
    this.list.addEventListener("pointerleave", () => this.hover(null));
    this.list.addEventListener("focusin", (event) => this.choose(this.of(event.target)?.pk));
    this.work.addEventListener("click", (event) => this.pointed(event));
    this.about.closest("[data-filter]").hidden = false;
    this.about.addEventListener("change", () => this.filter());
    document.addEventListener("toggle", (event) => event.target.matches?.("[data-criterion]") && this.draw(), true);
    if (location.hash.startsWith("#comment-")) this.choose(Number(location.hash.slice(9)), { scroll: true });
  }

  // The list as it stands in the page: once at the beginning, and again when the server has sent another one.
  read() {
    this.text = new Text(this.work);
    this.remarks = [...this.list.querySelectorAll("[data-comment]")].map((element) => {
      const { comment, number, criterion, start, end } = element.dataset;
      const tied = start !== undefined;
      const range = tied ? this.text.rangeOf(Number(start), Number(end)) : null;
      return { element, pk: Number(comment), number: Number(number), criterion, start: Number(start), end: Number(end), range };
    });
    this.filter();
  }

  replace(html, total) {
    this.list.innerHTML = html;
    const counter = this.section.querySelector("[data-total]");
    if (counter) counter.textContent = total;
    this.read();
  }

  say(words) {
    this.said.textContent = words;
  }

  filter() {
    for (const one of this.remarks) one.element.hidden = Boolean(this.about.value) && one.criterion !== this.about.value;
    for (const group of this.list.querySelectorAll("section")) group.hidden = !group.querySelector("[data-comment]:not([hidden])");
    if (this.about.value) this.say(`${this.remarks.filter((one) => !one.element.hidden).length} of ${this.remarks.length} comments`);
    this.draw();
    this.margin.soon();
  }

  // The criterion that is open in the tray.
  get criterion() {
    return document.querySelector("[data-criterion][open]")?.id.replace("k-", "") ?? "";
  }

  draw() {
    const seen = this.remarks.filter((one) => one.range && !one.element.hidden);
    this.drawn.set("comments", seen.map((one) => one.range));
    const open = this.criterion;
    this.drawn.set("comments-criterion", seen.filter((one) => open && one.criterion === open).map((one) => one.range));
  }

  of(target) {
    const element = target.closest("[data-comment]");
    return element && this.remarks.find((one) => one.element === element);
  }

  hover(remark) {
    this.drawn.show("comments-hover", remark?.range);
  }

  choose(pk, { scroll = false, focus = false, text = false } = {}) {
    const remark = this.remarks.find((one) => one.pk === pk);
    for (const one of this.remarks) one.element.classList.toggle("is-current", one === remark);
    this.drawn.show("comments-current", remark?.range, text);
    if (!remark) return;
    if (focus) remark.element.focus({ preventScroll: true });
    if (scroll) remark.element.scrollIntoView({ block: "nearest" });
    if (text) remark.range?.startContainer.parentElement.scrollIntoView({ block: "center" });
  }

  clicked(event) {
    if (!event.target.closest("[data-shows]")) return;
    event.preventDefault();
    const remark = this.of(event.target);
    this.choose(remark.pk, { text: true });
    this.say(`Comment ${remark.number} is shown in the text`);
  }

  // A click on a drawn passage leads to its comment; of several, to the shortest.
  pointed(event) {
    if (!getSelection().isCollapsed || event.target.closest("a")) return;
    const at = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    if (!at?.offsetNode || !this.work.contains(at.offsetNode)) return;
    const place = this.text.placeOf(at.offsetNode, at.offset);
    const here = this.remarks.filter((one) => one.range && one.start <= place && place < one.end && !one.element.hidden);
    here.sort((one, other) => one.end - one.start - (other.end - other.start));
    if (here[0]) this.choose(here[0].pk, { scroll: true });
  }
}

export function start(root) {
  const section = root.querySelector("[data-comments]");
  if (!section || section.dataset.ready !== undefined || !document.getElementById("work")) return;
  const comments = new Comments(section);
  if (section.dataset.may !== undefined) new Composer(comments);
  section.dataset.ready = "";
}
