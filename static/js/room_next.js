// The next piece of the pile: fetched ahead, and gone to once what is open has been saved. To open a piece changes nothing, so a copy
// fetched ahead does no harm; the browser uses it once, within five minutes, and then asks again.
import { letters } from "./room_shared.js";
import { saveOpen } from "./room_keeper.js";

const RENEW = 240_000;

function ahead(url) {
  document.querySelector("link[data-ahead]")?.remove();
  const link = document.createElement("link");
  link.rel = "prefetch";
  link.as = "document";
  link.href = url;
  link.dataset.ahead = "";
  document.head.append(link);
}

export function next(room) {
  const links = [...room.querySelectorAll("[data-next-piece]")];
  const url = links[0]?.href;
  if (!url) return;
  const holds = room.querySelector("form[data-decides]");
  const go = async () => {
    performance.mark("next-piece");
    if (await saveOpen()) location.assign(url);
  };
  for (const link of links) {
    const word = link.querySelector("[data-next-word]");
    if (word && holds) word.textContent = "Save, next piece";
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      go();
    });
  }
  letters.set("s", go);
  const renew = () => !document.hidden && !navigator.connection?.saveData && ahead(url);
  (globalThis.requestIdleCallback ?? setTimeout)(renew);
  setInterval(renew, RENEW);
}
