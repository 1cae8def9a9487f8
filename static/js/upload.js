// Sends the file of a form in pieces before the form itself: input type="file" data-resumable="address that begins an upload".
// The server says at which byte to go on, so a lost connection, a reload or an ended session costs one piece and not the file.
// Without this script the form sends its file as any form does.
import { Pieces, Stop, megabytes } from "./pieces.js";

function made(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

class Sender {
  constructor(input) {
    this.input = input;
    this.form = input.form;
    this.named = this.form.elements.namedItem("upload");
    this.word = made("p");
    this.bar = made("progress", { className: "wm-progress", max: 100, hidden: true });
    this.bar.setAttribute("aria-label", "Sending your file");
    this.heard = made("p", { className: "visually-hidden", role: "status" });
    this.button = made("button", { type: "button", className: "btn btn-secondary", textContent: "Stop sending", hidden: true });
    this.box = made("div", { className: "wm-upload", hidden: true });
    this.box.append(this.word, this.bar, this.heard, this.button);
    input.after(this.box);
    this.button.addEventListener("click", () => this.abort?.abort());
    input.addEventListener("change", () => this.forget());
    this.form.addEventListener("submit", (event) => this.submitted(event));
    // Back in the history: the form may be sent again.
    window.addEventListener("pageshow", (event) => event.persisted && this.forget());
    window.addEventListener("beforeunload", (event) => this.abort && event.preventDefault());
    if (input.dataset.arrived) this.say(`${input.dataset.arrived} has arrived. It is added with the rest of this form.`);
  }

  // Another file was chosen: what had arrived of the one before is no longer meant.
  forget() {
    this.named.value = "";
    this.input.disabled = false;
    this.box.hidden = true;
    this.input.classList.remove("is-invalid");
  }

  say(text, { late = false, aloud = true } = {}) {
    this.box.hidden = false;
    this.word.textContent = text;
    this.word.classList.toggle("is-late", late);
    if (aloud) this.heard.textContent = text;
  }

  async submitted(event) {
    const file = this.input.files[0];
    if (event.defaultPrevented || !file || this.named.value) return;
    event.preventDefault();
    if (this.abort) return;
    const button = event.submitter;
    this.abort = new AbortController();
    this.form.setAttribute("aria-busy", "true");
    button?.setAttribute("aria-disabled", "true");
    this.bar.hidden = this.button.hidden = false;
    try {
      this.named.value = await this.send(file);
      this.abort = null;
      button?.removeAttribute("aria-disabled");
      // The form goes on its way and names what has arrived; the file itself does not go a second time.
      this.input.disabled = true;
      this.form.requestSubmit(button);
    } catch (reason) {
      if (!(reason instanceof Stop)) throw reason;
      this.say(reason.message || "Stopped. What has arrived is kept for a week: choose the same file again to go on.", { late: Boolean(reason.message) });
    } finally {
      this.abort = null;
      this.bar.hidden = this.button.hidden = true;
      if (!this.named.value) {
        this.form.removeAttribute("aria-busy");
        button?.removeAttribute("aria-disabled");
      }
    }
  }

  send(file) {
    const page = { say: (...words) => this.say(...words), show: (...facts) => this.show(...facts), signal: this.abort.signal };
    return new Pieces(page).send(file, this.input.dataset.resumable);
  }

  show(file, offset) {
    const share = Math.floor((offset / file.size) * 100);
    this.bar.value = share;
    const quarter = Math.floor(share / 25);
    this.say(`Sending ${file.name}: ${share} %, ${megabytes(offset)} of ${megabytes(file.size)} MB`, { aloud: quarter !== this.quarter });
    this.quarter = quarter;
  }
}

// When the worker has settled the file, the page shows what it found, unless somebody is in the middle of writing.
function reloads(element) {
  const typed = () => [...document.querySelectorAll("input, textarea")].some((one) => (one.type === "checkbox" || one.type === "radio" ? one.checked !== one.defaultChecked : one.type === "file" ? one.files.length : one.value !== one.defaultValue));
  new MutationObserver(() => {
    const settled = element.querySelector("[data-settled] a");
    if (settled && !typed()) location.replace(settled.href);
  }).observe(element, { childList: true });
}

export function start(root) {
  for (const input of root.querySelectorAll("input[data-resumable]")) {
    new Sender(input);
    input.dataset.ready = "";
  }
  for (const element of root.querySelectorAll("[data-then-reload]")) reloads(element);
}
