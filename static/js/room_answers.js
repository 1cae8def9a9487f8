// What the server says to a criterion that was saved, drawn where it belongs: both texts if somebody else was first, else the new stand.
import { current, remember } from "./room_shared.js";
import { label } from "./room_walk.js";

export function say(keeper, text, late = false) {
  const here = keeper.form.querySelector("[data-saved-here]");
  if (here) here.textContent = text;
  const bar = document.querySelector("[data-saved]");
  if (bar) bar.textContent = late ? "Not saved" : text;
  bar?.classList.toggle("is-late", late);
  here?.classList.toggle("is-late", late);
}

function merge(keeper, body) {
  const theirs = new DOMParser().parseFromString(body, "text/html").querySelector("form");
  const shown = theirs?.querySelector("[data-merge]");
  if (!shown) return;
  keeper.form.querySelector("[data-merge]")?.remove();
  keeper.form.prepend(shown);
  keeper.form.elements.revision.value = theirs.elements.revision.value;
  keeper.form.querySelector("button[value=save]").textContent = "Save mine";
  shown.querySelector("[data-keeps-theirs]")?.addEventListener("click", () => {
    remember(keeper.key, null);
    keeper.before = keeper.typed();
  });
  shown.focus({ preventScroll: true });
  shown.scrollIntoView({ block: "nearest" });
}

export function refused(keeper, found) {
  keeper.stuck = true;
  if (found.body) merge(keeper, found.body);
  say(keeper, found.sentence, true);
}

export function arrived(keeper, now, found) {
  keeper.stuck = false;
  keeper.before = now;
  const { form, box } = keeper;
  form.elements.revision.value = found.revision;
  if (form.querySelector("[data-merge]")) {
    form.querySelector("[data-merge]").remove();
    form.querySelector("button[value=save]").textContent = "Save";
  }
  if (keeper.typed() === now) remember(keeper.key, null);
  else keeper.changed();
  say(keeper, `Saved ${found.saved}`);
  box.querySelector("[data-sign]").innerHTML = found.sign;
  box.querySelector("[data-word]").textContent = `: ${found.word}`;
  const mark = document.querySelector(`[data-mark="${CSS.escape(box.dataset.number)}"] [data-mark-sign]`);
  if (mark) mark.innerHTML = found.sign;
  document.querySelector("[data-tray-head]").innerHTML = found.head;
  document.querySelector("[data-tray-foot]").innerHTML = found.foot;
  document.querySelector("[data-thread]").value = found.decided;
  label(current());
}
