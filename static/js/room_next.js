// The next piece of the pile: fetched ahead, and gone to at once, with what is not saved yet in the parcel. To open a piece changes
// nothing, so a copy fetched ahead does no harm. It has an address of its own, so that nothing else is ever answered from it.
import { deliver, pack } from "./room_parcel.js";
import { letters } from "./room_shared.js";
import { saveAll, unsaved } from "./room_keeper.js";
import { open } from "./room_walk.js";

const RENEW = 200_000;

function ahead(url) {
  document.querySelector("link[data-ahead]")?.remove();
  const link = document.createElement("link");
  link.rel = "prefetch";
  link.as = "document";
  link.href = `${url}?ahead=${Date.now().toString(36)}`;
  link.dataset.ahead = "";
  document.head.append(link);
  return link.href;
}

async function leave(to) {
  const waiting = unsaved();
  const stuck = waiting.find((one) => one.stuck);
  if (stuck) return open(stuck.box);
  const packed = pack(waiting);
  if (!packed && !(await saveAll())) return undefined;
  for (const one of waiting) one.rests();
  return location.assign(to);
}

export function next(room) {
  if (new URLSearchParams(location.search).has("ahead")) history.replaceState(null, "", location.pathname + location.hash);
  deliver();
  const links = [...room.querySelectorAll("[data-next-piece]")];
  const url = links[0]?.href;
  if (!url) return;
  let to = url;
  for (const link of links) {
    const word = link.querySelector("[data-next-word]");
    if (word && room.querySelector("form[data-decides]")) word.textContent = "Save, next piece";
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      leave(to);
    });
  }
  letters.set("s", () => leave(to));
  const renew = () => {
    // A copy that was not renewed, because nobody looked, is too old to be shown.
    to = document.hidden || navigator.connection?.saveData ? url : ahead(url);
  };
  (globalThis.requestIdleCallback ?? setTimeout)(renew);
  setInterval(renew, RENEW);
  document.addEventListener("visibilitychange", () => document.hidden || renew());
}
