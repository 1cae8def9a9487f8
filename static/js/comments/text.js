// The text of the work as the server has it: what stands in the element, tag by tag, without what is marked data-not-text.
// Places are counted in characters (Unicode code points), as on the server; the browser's own ranges count in halves of them.
const length = (text) => {
  let number = text.length;
  for (let at = 0; at < text.length; at++) if (isSecondHalf(text, at)) number--;
  return number;
};
const isSecondHalf = (text, at) => {
  const here = text.charCodeAt(at), before = text.charCodeAt(at - 1);
  return here >= 0xdc00 && here <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
};

export class Text {
  constructor(root) {
    this.root = root;
    this.pieces = [];
    let start = 0;
    const kept = (node) => (node.parentElement.closest("[data-not-text]") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, kept);
    while (walker.nextNode()) {
      const node = walker.currentNode, number = length(node.data);
      this.pieces.push({ node, start, end: start + number, plain: number === node.data.length });
      start += number;
    }
    this.total = start;
    this.whole = this.pieces.map((one) => one.node.data).join("");
    this.characters = this.whole.length === start ? null : [...this.whole];
  }

  slice(start, end) {
    return this.characters ? this.characters.slice(start, end).join("") : this.whole.slice(start, end);
  }

  // The place of a point of the document in the text.
  placeOf(container, offset) {
    const point = document.createRange();
    point.setStart(container, offset);
    let low = 0, high = this.pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1, { node } = this.pieces[middle];
      if (point.comparePoint(node, 0) <= 0) low = middle + 1;
      else high = middle;
    }
    const piece = this.pieces[low - 1];
    if (!piece) return 0;
    if (piece.node !== container) return piece.end;
    const at = isSecondHalf(piece.node.data, offset) ? offset - 1 : offset;
    return piece.start + length(piece.node.data.slice(0, at));
  }

  // Start and end of a range, without the blanks at its ends; null if it holds no words of the text.
  placesOf(range) {
    const inside = document.createRange();
    inside.selectNodeContents(this.root);
    if (range.compareBoundaryPoints(Range.END_TO_START, inside) >= 0 || range.compareBoundaryPoints(Range.START_TO_END, inside) <= 0) return null;
    if (range.compareBoundaryPoints(Range.START_TO_START, inside) > 0) inside.setStart(range.startContainer, range.startOffset);
    if (range.compareBoundaryPoints(Range.END_TO_END, inside) < 0) inside.setEnd(range.endContainer, range.endOffset);
    return this.trimmed(this.placeOf(inside.startContainer, inside.startOffset), this.placeOf(inside.endContainer, inside.endOffset));
  }

  trimmed(start, end) {
    const words = [...this.slice(start, end)];
    while (words.length && !words.at(-1).trim()) {
      words.pop();
      end--;
    }
    while (words.length && !words[0].trim()) {
      words.shift();
      start++;
    }
    return words.length ? { start, end } : null;
  }

  pointOf(place, after) {
    let low = 0, high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (after ? this.pieces[middle].end < place : this.pieces[middle].end <= place) low = middle + 1;
      else high = middle;
    }
    const { node, start, plain } = this.pieces[low];
    const offset = plain ? place - start : [...node.data].slice(0, place - start).join("").length;
    return [node, Math.max(0, Math.min(offset, node.data.length))];
  }

  rangeOf(start, end) {
    if (!this.pieces.length || start >= end || end > this.total) return null;
    const range = document.createRange();
    range.setStart(...this.pointOf(start, false));
    range.setEnd(...this.pointOf(end, true));
    return range;
  }

  // What the server asks for: the words, their place, and what surrounds them.
  passage({ start, end }) {
    return { start, end, quote: this.slice(start, end), prefix: this.slice(Math.max(0, start - 32), start), suffix: this.slice(end, end + 32) };
  }
}
