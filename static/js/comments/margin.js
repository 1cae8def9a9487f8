// The list beside the text: on a wide page each comment stands next to its passage, and a number in the margin of the text points
// to it. Where there are more comments than lines they shrink to one line each. The list's order never changes.
const GAP = 8;
// The height of a comment in a dense list, and what an ordinary one takes at least.
const DENSE = 25;
const LEAST = 64;
const LINE = 18;

export class Margin {
  constructor(room) {
    this.room = room;
    this.marks = document.createElement("div");
    this.marks.className = "wm-remark-marks";
    this.marks.setAttribute("aria-hidden", "true");
    room.frame.append(this.marks);
    this.marks.addEventListener("click", (event) => room.choose(Number(event.target.dataset.mark), { scroll: true }));
    new ResizeObserver(() => this.soon()).observe(room.work);
    document.fonts?.ready.then(() => this.soon());
  }

  get beside() {
    return getComputedStyle(this.room.section).getPropertyValue("--beside").trim() === "1";
  }

  soon() {
    cancelAnimationFrame(this.waiting);
    this.waiting = requestAnimationFrame(() => this.place());
  }

  topOf(remark) {
    const first = this.room.text.rangeOf(remark.start, remark.start + 1)?.getBoundingClientRect();
    return first ? first.top - this.above : 0;
  }

  // Everything is measured first and written afterwards, so that four hundred comments cost one layout and not four hundred. What
  // is dense has one height: to measure each would be most of the time.
  place() {
    const { frame, list, work } = this.room;
    const remarks = this.room.remarks.filter((one) => one.range && !one.element.hidden);
    const beside = this.beside;
    this.above = frame.getBoundingClientRect().top;
    const tops = remarks.map((one) => this.topOf(one));
    const right = work.getBoundingClientRect().right - frame.getBoundingClientRect().left;
    const dense = beside && remarks.length * LEAST > work.offsetHeight;
    list.classList.toggle("is-beside", beside);
    list.classList.toggle("is-dense", dense);
    const heights = beside && !dense ? remarks.map((one) => one.element.offsetHeight + GAP) : remarks.map(() => DENSE);
    this.mark(remarks, tops, right);
    let free = 0;
    remarks.forEach((one, number) => {
      const top = Math.max(tops[number], free);
      one.element.style.top = beside ? `${top}px` : "";
      free = top + heights[number];
    });
    frame.style.minHeight = beside ? `${free}px` : "";
  }

  mark(remarks, tops, right) {
    const drawn = document.createDocumentFragment();
    let lowest = -LINE;
    remarks.forEach((one, number) => {
      const mark = document.createElement("span");
      const top = Math.max(tops[number] + 4, lowest + LINE);
      lowest = top;
      mark.dataset.mark = one.pk;
      mark.textContent = one.number;
      mark.style.top = `${top}px`;
      mark.style.left = `${right}px`;
      drawn.append(mark);
    });
    this.marks.replaceChildren(drawn);
  }
}
