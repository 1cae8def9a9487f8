// The count of an essay while it is typed: the server's, moved by what was typed since. Of the whole and of each criterion's section.
export const words = (text) => text.split(/\s+/).filter(Boolean).length;
export const said = (number) => number.toLocaleString("en-GB");

export class Counts {
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
