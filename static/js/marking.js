// The marking room's keys, switched off in the list that ? opens. j and k walk the criteria, n finds the next undecided one,
// p and r decide, Ctrl+Enter saves and goes on. The ruler shows which section is being read.
const OFF = "marking-keys-off";
const criteria = () => [...document.querySelectorAll("[data-criterion]")];
const decided = (one) => Boolean(one.querySelector("input[type=radio]:checked")?.value);
const writing = (target) => target.closest("textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]");

function off() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}

function open(one) {
  if (!one) return;
  one.open = true;
  const summary = one.querySelector("summary");
  summary.focus({ preventScroll: true });
  summary.scrollIntoView({ block: "nearest" });
  const section = document.getElementById(one.dataset.section ?? "");
  section?.scrollIntoView({ block: "start" });
}

function step(by) {
  const all = criteria();
  const here = all.findIndex((one) => one.open);
  open(all[here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + by))]);
}

function undecided() {
  const all = criteria();
  const here = all.findIndex((one) => one.open);
  open([...all.slice(here + 1), ...all.slice(0, here + 1)].find((one) => !decided(one)));
}

function decide(value) {
  const radio = criteria().find((one) => one.open)?.querySelector(`input[type=radio][value="${value}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.focus({ preventScroll: true });
  radio.dispatchEvent(new Event("input", { bubbles: true }));
}

const letters = { j: () => step(1), k: () => step(-1), n: undecided, p: () => decide("pass"), r: () => decide("refer") };

function follow() {
  const links = new Map([...document.querySelectorAll(".wm-ruler a[href^='#']")].map((a) => [a.hash.slice(1), a]));
  const seen = new IntersectionObserver((entries) => {
    const first = entries.find((entry) => entry.isIntersecting);
    if (!first) return;
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(first.target.id)?.setAttribute("aria-current", "true");
  }, { rootMargin: "0px 0px -70% 0px" });
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) seen.observe(section);
  }
}

export function start(root) {
  const list = root.querySelector("[data-keys]");
  const box = root.querySelector("[data-keys-on]");
  if (box) {
    box.checked = !off();
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(OFF, box.checked ? "0" : "1");
      } catch {
        // Kept for this page only.
      }
    });
  }
  for (const opener of root.querySelectorAll("[data-opens-keys]")) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      list?.showModal();
    });
  }
  root.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = root.querySelector(".wm-tray");
      form?.requestSubmit(form.querySelector("[data-goes-on]") ?? undefined);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target) || list?.open) return;
    if (box && !box.checked) return;
    if (event.key === "?") list?.showModal();
    else if (Object.hasOwn(letters, event.key)) letters[event.key]();
    else return;
    event.preventDefault();
  });
  follow();
}
