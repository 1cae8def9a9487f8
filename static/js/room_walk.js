// Walking the criteria: open one, the next, the next undecided; decide it; name its evidence.
import { criteria, current, decided, formOf, letters, wide } from "./room_shared.js";
import { reading, show } from "./room_place.js";

function fill(one) {
  const select = one.querySelector("select[data-places]");
  const places = document.getElementById("places");
  if (!select || !places || select.options.length > places.content.children.length) return;
  const chosen = select.value;
  select.replaceChildren(select.options[0], places.content.cloneNode(true));
  select.value = chosen;
}

function link(select) {
  const there = select.closest("[data-criterion]").querySelector("[data-evidence-link]");
  there.hidden = !select.value;
  there.setAttribute("href", `#${select.value}`);
}

const following = (one) => {
  const all = criteria();
  const here = all.indexOf(one);
  return [...all.slice(here + 1), ...all.slice(0, here)].find((other) => !decided(other));
};

// Where its button leads: the next that is not decided, and no button if there is none.
export function label(one) {
  const button = one?.querySelector("[data-goes-on]");
  if (!button) return;
  const to = following(one);
  button.hidden = !to;
  if (to) button.textContent = `Save, go to ${to.dataset.number}`;
}

export function open(one) {
  if (!one) return;
  one.open = true;
  fill(one);
  label(one);
  const summary = one.querySelector("summary");
  summary.focus({ preventScroll: true });
  summary.scrollIntoView({ block: "nearest" });
  const section = one.dataset.section && document.getElementById(one.dataset.section);
  if (section && wide()) show(section);
}

function step(by) {
  const all = criteria();
  const here = all.findIndex((one) => one.open);
  open(all[here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + by))]);
}

export function undecided() {
  const here = current();
  const to = following(here) ?? (here && !decided(here) ? here : undefined);
  open(to);
  return Boolean(to);
}

function decide(value) {
  const radio = current()?.querySelector(`input[type=radio][value="${value}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.focus({ preventScroll: true });
  radio.dispatchEvent(new Event("input", { bubbles: true }));
}

// A referral is always explained, so the cursor goes there.
function refer() {
  decide("refer");
  formOf(current())?.elements.feedback.focus();
}

function passOn() {
  decide("pass");
  undecided();
}

function evidence() {
  const select = current()?.querySelector("select[data-places]");
  const here = reading();
  if (!select || !here) return;
  fill(current());
  select.value = here;
  select.focus({ preventScroll: true });
  select.dispatchEvent(new Event("input", { bubbles: true }));
}

export function walk(root) {
  root.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-opens]");
    if (!opens) return;
    event.preventDefault();
    open(document.getElementById(opens.dataset.opens));
  });
  root.addEventListener("input", (event) => event.target.matches("select[data-places]") && link(event.target));
  for (const one of criteria()) {
    one.addEventListener("toggle", () => {
      if (!one.open) return;
      fill(one);
      label(one);
    });
  }
  letters.set("j", () => step(1));
  letters.set("k", () => step(-1));
  letters.set("n", undecided);
  letters.set("p", () => decide("pass"));
  letters.set("P", passOn);
  letters.set("r", refer);
  letters.set("i", () => formOf(current())?.elements.feedback.focus());
  letters.set("e", evidence);
  letters.set("t", () => document.querySelector("[data-take]")?.click());
  letters.set("g", () => document.querySelector("[data-tray-foot] a.btn-primary")?.click());
}
