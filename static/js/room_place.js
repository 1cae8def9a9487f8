// Where the tutor is in the text: kept for each piece, shown in the ruler, and the place that "e" takes as evidence.
import { letters, remember, remembered, wide } from "./room_shared.js";

const KEY = "room-places";
const KEPT = 60;
let here = "";

export const reading = () => here;

// Below what stays in sight: the bar of the room on a phone, the tools above the text elsewhere.
const ceiling = () => {
  const bars = document.querySelectorAll(wide() ? ".wm-text-bar" : ".wm-room-bar, .wm-text-bar");
  return Math.max(0, ...[...bars].map((one) => one.getBoundingClientRect().bottom));
};

export function show(element) {
  element.scrollIntoView({ block: "start" });
}

function kept() {
  try {
    return JSON.parse(remembered(KEY)) ?? {};
  } catch {
    return {};
  }
}

function top(blocks) {
  const edge = ceiling();
  return blocks.find((one) => one.getBoundingClientRect().bottom > edge + 4);
}

function save(piece, blocks) {
  const first = top(blocks);
  if (!first) return;
  const all = Object.entries(kept()).filter(([key]) => key !== piece);
  const { top: above, height } = first.getBoundingClientRect();
  const at = first === blocks[0] ? [] : [[piece, [first.id, Math.max(0, (ceiling() - above) / height)]]];
  remember(KEY, JSON.stringify(Object.fromEntries([...all, ...at].slice(-KEPT))));
}

function restore(room, work, place) {
  const was = Array.isArray(place) && document.getElementById(place[0]);
  if (!was || !work.contains(was)) return;
  show(was);
  const { top: above, height } = was.getBoundingClientRect();
  const by = above + place[1] * height - ceiling();
  if (wide()) room.querySelector(".wm-text").scrollBy(0, by);
  else window.scrollBy(0, by);
}

function follow(headings, links) {
  const edge = ceiling() + 24;
  const above = headings.filter((one) => one.getBoundingClientRect().top <= edge);
  const now = above.at(-1)?.id ?? "";
  if (now === here) return;
  here = now;
  for (const link of links) {
    if (link.hash.slice(1) === now) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

export function place(room) {
  const work = room.querySelector("#work");
  const outline = room.querySelector("[data-outline]");
  const links = [...room.querySelectorAll(".wm-ruler a, [data-outline] a")].filter((one) => one.hash);
  letters.set("o", () => {
    if (!outline) return;
    outline.open = !outline.open;
    (outline.querySelector(outline.open ? "a" : "summary") ?? outline.querySelector("summary")).focus();
  });
  outline?.addEventListener("click", (event) => {
    if (event.target.closest("a")) outline.open = false;
  });
  if (!work) return;
  const blocks = [...work.querySelectorAll("p[id], h2[id], h3[id], h4[id], h5[id], h6[id], li[id]")];
  const headings = blocks.filter((one) => one.tagName[0] === "H");
  for (const link of room.querySelectorAll("[data-outline] a[data-words]")) {
    const heading = link.dataset.words !== "0" && document.getElementById(link.hash.slice(1));
    if (heading) heading.dataset.words = `${Number(link.dataset.words).toLocaleString("en-GB")} words`;
  }
  const piece = location.pathname;
  if (!location.hash || location.hash.startsWith("#k-")) restore(room, work, kept()[piece]);
  let timer;
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      save(piece, blocks);
      follow(headings, links);
    }, 120);
  };
  room.querySelector(".wm-text").addEventListener("scroll", moved, { passive: true });
  document.addEventListener("scroll", moved, { passive: true });
  window.addEventListener("pagehide", () => save(piece, blocks));
  follow(headings, links);
}
