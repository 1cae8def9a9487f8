// Walks the changes between two texts: n for the next one, p for the one before. The links do the same without this file.
// Single keys can be switched off, here or in the marking room: it is one setting (WCAG 2.1.4).
import { store } from "./kept.js";

const OFF = "marking-keys-off";

export function start(root) {
  const box = root.querySelector("[data-keys-on]");
  const changes = [...root.querySelectorAll(".wm-change")];
  for (const part of root.querySelectorAll("[data-changes] [data-needs-script]")) part.hidden = false;
  if (box) {
    box.checked = store(OFF) !== "1";
    box.addEventListener("change", () => store(OFF, box.checked ? "0" : "1"));
  }
  const go = (change) => {
    if (!change) return;
    change.focus({ preventScroll: true });
    change.scrollIntoView({ block: "start" });
  };
  const here = () => changes.findIndex((one) => one.contains(document.activeElement));
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !box?.checked) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    if (event.key === "n") go(changes[Math.min(changes.length - 1, here() + 1)]);
    else if (event.key === "p") go(changes[Math.max(0, here() - 1)]);
    else return;
    event.preventDefault();
  });
  root.querySelector("[data-changes]")?.setAttribute("data-ready", "");
}
