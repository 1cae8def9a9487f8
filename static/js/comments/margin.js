// The list beside the text: on a wide page each comment stands next to its passage, and a number in the margin of the text points
// to it. Where there are more comments than lines they shrink to one line each. The list's order never changes.
const GAP = 8;
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

  // Everything is measured first and written afterwards, so that four hundred comments cost one layout and not four hundred.
  place() {
    const { frame, list, work } = this.room;
    const remarks = this.room.remarks.filter((one) => one.range && !one.element.hidden);
    const beside = this.beside;
    this.above = frame.getBoundingClientRect().top;
    const tops = remarks.map((one) => this.topOf(one));
    list.classList.toggle("is-beside", beside);
    list.classList.remove("is-dense");
    let heights = beside ? remarks.map((one) => one.element.offsetHeight) : [];
    const needed = heights.reduce((sum, one) => sum + one + GAP, 0);
    if (beside && needed > work.offsetHeight) {
      list.classList.add("is-dense");
      heights = remarks.map((one) => one.element.offsetHeight);
    }
    this.mark(remarks, tops, work.getBoundingClientRect().right - frame.getBoundingClientRect().left);
    if (!beside) {
      frame.style.minHeight = "";
      for (const one of remarks) one.element.style.top = "";
      return;
    }
    let free = 0;
    remarks.forEach((one, number) => {
      const top = Math.max(tops[number], free);
      one.element.style.top = `${top}px`;
      free = top + heights[number] + (list.classList.contains("is-dense") ? 0 : GAP);
    });
    frame.style.minHeight = `${free}px`;
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
