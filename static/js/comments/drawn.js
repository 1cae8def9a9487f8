// Draws passages into the text without touching it (CSS Custom Highlight API; the colours are in comments.css). A browser
// without it has the numbers in the margin, and a passage that is shown is selected.
const NAMES = ["comments", "comments-criterion", "comments-hover", "comments-current", "comments-chosen"];
export const draws = typeof Highlight === "function" && Boolean(globalThis.CSS?.highlights);

export class Drawn {
  constructor() {
    if (!draws) return;
    this.layers = Object.fromEntries(NAMES.map((name, priority) => {
      const layer = new Highlight();
      layer.priority = priority;
      CSS.highlights.set(name, layer);
      return [name, layer];
    }));
  }

  // The ranges of one layer, instead of those that are drawn.
  set(name, ranges) {
    const layer = this.layers?.[name];
    if (!layer) return;
    layer.clear();
    for (const range of ranges) if (range) layer.add(range);
  }

  // One passage in a layer; without the API it is selected, if it is to be seen at all costs.
  show(name, range, select = false) {
    this.set(name, range ? [range] : []);
    if (draws || !select || !range) return;
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }
}
