// The marking room. Each criterion is saved while the tutor writes, and what the server answers is drawn into the ruler, the
// tray and the foot. Keys, switched off in the list that ? opens: j and k walk the criteria, n finds the next undecided one,
// p and r decide, Ctrl+Enter saves and goes on. Without this file each criterion has its own button.
const OFF = "marking-keys-off";
const PAUSE = 1500;
const criteria = () => [...document.querySelectorAll("[data-criterion]")];
const decided = (one) => Boolean(one.querySelector("input[type=radio]:checked, input[name=mark]")?.value);
const writing = (target) => target.closest("textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]");
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Kept for this page only.
  }
}

// ---- saving one criterion

class Keeper {
  constructor(form) {
    this.form = form;
    this.box = form.closest("[data-criterion]");
    this.key = `draft:${form.getAttribute("action")}`;
    this.before = this.typed();
    this.offer();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("submit", (event) => this.submitted(event));
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    window.addEventListener("online", () => this.save());
    window.addEventListener("beforeunload", (event) => this.typed() !== this.before && event.preventDefault());
    this.dress();
  }

  typed() {
    const { decision, feedback, action, mark } = this.form.elements;
    return JSON.stringify([decision.value, feedback.value, action.value, mark?.value ?? ""]);
  }

  // What this browser kept and the server does not have.
  offer() {
    const copy = remembered(this.key);
    if (!copy || copy === this.before) return remember(this.key, null);
    const { decision, feedback, action, mark } = this.form.elements;
    [decision.value, feedback.value, action.value, (mark ?? {}).value = ""] = JSON.parse(copy);
    this.say("Put back what you had written here before the connection ended", true);
    this.changed();
  }

  dress() {
    const refers = this.form.elements.decision.value === "refer" || this.form.elements.mark;
    const action = this.form.querySelector("[data-action]");
    action.hidden = !refers && !this.form.elements.action.value;
  }

  say(text, late = false) {
    const here = this.form.querySelector("[data-saved-here]");
    if (here) here.textContent = late ? text : "";
    const bar = document.querySelector("[data-saved]");
    if (bar) bar.textContent = late ? "Not saved" : text;
    bar?.classList.toggle("is-late", late);
    here?.classList.toggle("is-late", late);
  }

  changed() {
    this.dress();
    remember(this.key, this.typed());
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  async submitted(event) {
    event.preventDefault();
    const goes = event.submitter?.value === "next";
    if (this.stuck) this.before = "";
    if ((await this.save(true)) && goes) undecided();
  }

  async save(asked = false) {
    clearTimeout(this.timer);
    if (this.busy) {
      await this.busy;
      return this.save(asked);
    }
    const now = this.typed();
    if (now === this.before && !asked) return true;
    if (this.stuck && !asked) return false;
    this.busy = this.send(now);
    const done = await this.busy;
    this.busy = null;
    return done;
  }

  async send(now) {
    const body = new FormData(this.form);
    body.set("csrfmiddlewaretoken", token() || body.get("csrfmiddlewaretoken"));
    let answer;
    try {
      answer = await fetch(this.form.getAttribute("action"), { method: "POST", body, headers: { "X-Requested-With": "marking" }, redirect: "manual" });
    } catch {
      this.say("No connection. What you write is kept in this browser and saved when you are back", true);
      return false;
    }
    if (answer.type === "opaqueredirect") {
      this.say("You have been signed out. What you wrote is kept in this browser; sign in again in another window", true);
      return false;
    }
    const json = answer.headers.get("Content-Type")?.startsWith("application/json");
    const found = json ? await answer.json() : { sentence: "What you wrote is kept in this browser. Load the page again." };
    if (!answer.ok) return this.refused(found);
    this.arrived(now, found);
    return true;
  }

  refused(found) {
    this.stuck = true;
    if (found.body) {
      const parts = new DOMParser().parseFromString(found.body, "text/html").querySelector("form");
      const merge = parts?.querySelector("[data-merge]");
      if (merge) {
        this.form.querySelector("[data-merge]")?.remove();
        this.form.prepend(merge);
        this.form.elements.revision.value = parts.elements.revision.value;
        this.form.querySelector("button[value=save]").textContent = "Save mine";
        merge.querySelector("[data-keeps-theirs]")?.addEventListener("click", () => {
          remember(this.key, null);
          this.before = this.typed();
        });
        merge.focus({ preventScroll: true });
        merge.scrollIntoView({ block: "nearest" });
      }
    }
    this.say(found.sentence, true);
    return false;
  }

  arrived(now, found) {
    this.stuck = false;
    this.before = now;
    this.form.elements.revision.value = found.revision;
    if (this.form.querySelector("[data-merge]")) {
      this.form.querySelector("[data-merge]").remove();
      this.form.querySelector("button[value=save]").textContent = "Save";
    }
    if (this.typed() === now) remember(this.key, null);
    else this.changed();
    this.say(`Saved ${found.saved}`);
    this.box.querySelector("[data-sign]").innerHTML = found.sign;
    this.box.querySelector("[data-word]").textContent = `: ${found.word}`;
    const mark = document.querySelector(`[data-mark="${CSS.escape(this.box.dataset.number)}"] [data-mark-sign]`);
    if (mark) mark.innerHTML = found.sign;
    document.querySelector("[data-tray-head]").innerHTML = found.head;
    document.querySelector("[data-tray-foot]").innerHTML = found.foot;
    document.querySelector("[data-thread]").value = found.decided;
  }
}

// ---- moving about

function open(one) {
  if (!one) return;
  one.open = true;
  const summary = one.querySelector("summary");
  summary.focus({ preventScroll: true });
  summary.scrollIntoView({ block: "nearest" });
  const section = one.dataset.section && document.getElementById(one.dataset.section);
  if (section && window.matchMedia("(min-width: 62rem)").matches) section.scrollIntoView({ block: "start" });
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

function keys(root) {
  const list = root.querySelector("[data-keys]");
  const box = root.querySelector("[data-keys-on]");
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
      const form = criteria().find((one) => one.open)?.querySelector("form[data-decides]");
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
}

export function start(root) {
  for (const form of root.querySelectorAll("form[data-decides]")) new Keeper(form);
  root.addEventListener("click", (event) => {
    const opens = event.target.closest("[data-opens]");
    if (!opens) return;
    event.preventDefault();
    open(document.getElementById(opens.dataset.opens));
  });
  keys(root);
  follow();
  root.querySelector("[data-marking]").dataset.marking = "ready";
}
