// The keys of the room: ? opens their list, where single letters can be switched off. None is heard in a text field.
import { current, formOf, letters, remember, remembered } from "./room_shared.js";

const OFF = "marking-keys-off";
const writing = (target) => target.closest?.("textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]");

// Comments hear these two; what is selected and which criterion is open they find themselves.
const tell = (name) => document.dispatchEvent(new CustomEvent(name, { detail: { criterion: current()?.id } }));

function leave(event) {
  const field = writing(event.target);
  if (!field || event.defaultPrevented) return;
  const summary = field.closest("[data-criterion]")?.querySelector("summary");
  if (summary) summary.focus();
  else field.blur();
}

export function keys(root) {
  const list = root.querySelector("[data-keys]");
  const box = root.querySelector("[data-keys-on]");
  letters.set("c", () => tell("waymark:comment"));
  letters.set("b", () => tell("waymark:bank"));
  letters.set("?", () => list?.showModal());
  if (box) {
    box.checked = remembered(OFF) !== "1";
    box.addEventListener("change", () => remember(OFF, box.checked ? "0" : "1"));
  }
  for (const opener of root.querySelectorAll("[data-opens-keys]")) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      list?.showModal();
    });
  }
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (event.defaultPrevented) return;
      const form = formOf(current());
      form?.requestSubmit(form.querySelector("[data-goes-on]") ?? undefined);
      return;
    }
    if (event.key === "Escape") return leave(event);
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target) || list?.open) return;
    // The list itself opens always, so that whoever switched the letters off finds the switch again.
    if (box && !box.checked && event.key !== "?") return;
    if (!letters.has(event.key)) return;
    event.preventDefault();
    letters.get(event.key)();
  });
}
