// In the marking room: draws the passages that answer a referral in the text, and takes a tutor to the one that is chosen.
// Places count code points of the reading's text; the lengths beside the headings (small) are no part of it. Without this
// file, or without the CSS Custom Highlight API, the link leads to the paragraph.
function ranges(work, wanted) {
  const walker = document.createTreeWalker(work, NodeFilter.SHOW_TEXT, {
    acceptNode: (node) => (node.parentElement.closest("small, [data-beside]") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT),
  });
  const edges = wanted.flatMap(({ from, to }, n) => [{ at: from, n, name: "from" }, { at: to, n, name: "to" }]).sort((a, b) => a.at - b.at);
  const found = wanted.map(() => ({}));
  let before = 0;
  let next = 0;
  // The template breaks the line before the first paragraph; the reading's text begins with it.
  let first = true;
  for (let node = walker.nextNode(); node && next < edges.length; node = walker.nextNode()) {
    if (first && !node.data.trim()) continue;
    first = false;
    const letters = Array.from(node.data);
    while (next < edges.length && edges[next].at <= before + letters.length) {
      const { at, n, name } = edges[next];
      if (name === "from" && at === before + letters.length) break;
      found[n][name] = [node, letters.slice(0, at - before).join("").length];
      next += 1;
    }
    before += letters.length;
  }
  return found.map(({ from, to }) => {
    if (!from || !to) return null;
    const range = new Range();
    range.setStart(...from);
    range.setEnd(...to);
    return range;
  });
}

export function start(root) {
  const box = root.querySelector("[data-answers]");
  const work = box && root.querySelector(box.dataset.answers);
  const links = [...(box?.querySelectorAll("[data-answer-from]") ?? [])];
  if (!work || !links.length || !globalThis.Highlight) return;
  const wanted = links.map((one) => ({ from: Number(one.dataset.answerFrom), to: Number(one.dataset.answerTo) }));
  const drawn = ranges(work, wanted);
  CSS.highlights.set("answer", new Highlight(...drawn.filter(Boolean)));
  links.forEach((link, n) => {
    if (!drawn[n]) return;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const paragraph = document.querySelector(link.hash);
      paragraph?.setAttribute("tabindex", "-1");
      paragraph?.focus({ preventScroll: true });
      drawn[n].startContainer.parentElement.scrollIntoView({ block: "center" });
    });
  });
}
