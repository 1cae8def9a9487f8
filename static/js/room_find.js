// Find in the text, with a count, drawn with the highlights of CSS. A browser that has none keeps its own find and sees no button.
import { letters } from "./room_shared.js";

const MOST = 2000;

// The text of the work in one string, and which node each stretch of it comes from.
function gathered(work) {
  const walker = document.createTreeWalker(work, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let text = "";
  while (walker.nextNode()) {
    nodes.push([text.length, walker.currentNode]);
    text += walker.currentNode.data;
  }
  return { text, nodes };
}

function at({ nodes }, position, end) {
  let low = 0;
  let high = nodes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (end ? nodes[middle][0] < position : nodes[middle][0] <= position) low = middle;
    else high = middle - 1;
  }
  return [nodes[low][1], position - nodes[low][0]];
}

// Whatever kind of space or quotation mark: it is the words that are looked for.
function pattern(words) {
  const escaped = words.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(escaped.replace(/\s+/g, "\\s+").replace(/['’‘]/g, "['’‘]").replace(/["“”]/g, '["“”]'), "giu");
}

function matches(work, words) {
  if (words.trim().length < 2) return [];
  const whole = gathered(work);
  const found = [];
  for (const match of whole.text.matchAll(pattern(words))) {
    const range = document.createRange();
    range.setStart(...at(whole, match.index, false));
    range.setEnd(...at(whole, match.index + match[0].length, true));
    found.push(range);
    if (found.length === MOST) break;
  }
  return found;
}

export function find(room) {
  const bar = room.querySelector("[data-find]");
  const opener = room.querySelector("[data-find-opens]");
  const work = room.querySelector("#work");
  if (!bar || !work || !globalThis.CSS?.highlights) return;
  const words = bar.querySelector("[data-find-words]");
  const count = bar.querySelector("[data-find-count]");
  let found = [];
  let here = -1;
  const go = (to) => {
    if (!found.length) return;
    here = (to + found.length) % found.length;
    CSS.highlights.set("find-here", new Highlight(found[here]));
    count.textContent = `${here + 1} of ${found.length}${found.length === MOST ? " and more" : ""}`;
    found[here].startContainer.parentElement.scrollIntoView({ block: "center" });
  };
  const look = () => {
    found = matches(work, words.value);
    CSS.highlights.set("find", new Highlight(...found));
    CSS.highlights.delete("find-here");
    count.textContent = found.length || words.value.trim().length < 2 ? "" : "Not in the text";
    go(0);
  };
  const close = () => {
    bar.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    CSS.highlights.delete("find");
    CSS.highlights.delete("find-here");
    opener.focus();
  };
  const open = () => {
    bar.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    words.focus();
    words.select();
    if (words.value) look();
  };
  opener.hidden = false;
  opener.addEventListener("click", () => (bar.hidden ? open() : close()));
  words.addEventListener("input", look);
  bar.addEventListener("submit", (event) => {
    event.preventDefault();
    go(here + 1);
  });
  bar.querySelector("[data-find-back]").addEventListener("click", () => go(here - 1));
  bar.querySelector("[data-find-closes]").addEventListener("click", close);
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && event.shiftKey) {
      event.preventDefault();
      go(here - 1);
    }
  });
  letters.set("f", open);
}
