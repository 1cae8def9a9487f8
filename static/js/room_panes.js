// Text and criteria beside each other: a separator to pull or to move with the arrows, and either of the two folded away. Remembered.
import { letters, remember, remembered, rule } from "./room_shared.js";

const WIDTH = "room-tray-width";
const FOLDED = "room-folded";

function grip(room) {
  const bar = room.querySelector("[data-grip]");
  if (!bar) return;
  const least = Number(bar.ariaValueMin);
  const most = Number(bar.ariaValueMax);
  const set = (share, keep = true) => {
    const value = Math.round(Math.min(most, Math.max(least, share)));
    rule(`:root { --wm-tray: ${value}vw; }`);
    bar.ariaValueNow = String(value);
    bar.ariaValueText = `${value} per cent of the window`;
    if (keep) remember(WIDTH, String(value));
  };
  const usual = () => {
    rule("");
    bar.ariaValueNow = String(Math.round((room.querySelector(".wm-tray").offsetWidth / room.offsetWidth) * 100));
    remember(WIDTH, null);
  };
  const was = Number(remembered(WIDTH));
  if (was) set(was, false);
  bar.hidden = false;
  if (!was) usual();
  bar.addEventListener("keydown", (event) => {
    const now = Number(bar.ariaValueNow);
    const to = { ArrowLeft: now + 2, ArrowRight: now - 2, Home: least, End: most }[event.key];
    if (event.key === "Enter") usual();
    else if (to === undefined) return;
    else set(to);
    event.preventDefault();
  });
  bar.addEventListener("dblclick", usual);
  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
    bar.focus();
  });
  bar.addEventListener("pointermove", (event) => {
    if (bar.hasPointerCapture(event.pointerId)) set(((window.innerWidth - event.clientX) / window.innerWidth) * 100);
  });
}

export function panes(room) {
  grip(room);
  const buttons = new Map([...room.querySelectorAll("[data-fold]")].map((one) => [one.dataset.fold, one]));
  const fold = (which) => {
    const folded = room.dataset.folded === which || !buttons.has(which) ? "" : which;
    room.dataset.folded = folded;
    for (const [name, button] of buttons) button.setAttribute("aria-expanded", String(name !== folded));
    remember(FOLDED, folded || null);
  };
  for (const [name, button] of buttons) button.addEventListener("click", () => fold(name));
  room.querySelector("[data-folds]")?.removeAttribute("hidden");
  const was = remembered(FOLDED);
  if (was) fold(was);
  letters.set("[", () => fold("text"));
  letters.set("]", () => fold("tray"));
}
