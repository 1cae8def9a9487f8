// Sends the file of a form in pieces before the form itself: input type="file" data-resumable="address that begins an upload".
// The server says at which byte to go on, so a lost connection, a reload or an ended session costs one piece and not the file.
// Without this script the form sends its file as any form does.
const SMALLEST = 256 * 1024;
const PATIENCE = [1, 2, 4, 8, 15, 30]; // seconds between tries
// The cookie's token, not the page's: it still fits after somebody signed in again in another window.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
const megabytes = (bytes) => (bytes / 1024 / 1024).toFixed(bytes < 1024 * 1024 ? 2 : 1);

class Stop extends Error {}

function made(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

// Until the time is up or the connection is back.
function pause(seconds, signal) {
  return new Promise((go, stop) => {
    const timer = setTimeout(go, seconds * 1000);
    window.addEventListener("online", () => go(clearTimeout(timer)), { once: true });
    signal.addEventListener("abort", () => stop(new Stop()), { once: true });
  });
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

  async send(file) {
    const about = new URLSearchParams({ name: file.name, size: file.size, modified: file.lastModified });
    this.say(`Sending ${file.name}`);
    const began = await this.ask(this.input.dataset.resumable, about, {});
    let { offset, complete } = began;
    let size = SMALLEST;
    if (offset) this.say(`Going on with ${file.name} at ${megabytes(offset)} MB`);
    while (!complete) {
      const started = performance.now();
      const answer = await this.ask(began.url, file.slice(offset, offset + size), { "Upload-Offset": offset, "Content-Type": "application/octet-stream" });
      ({ offset, complete = false } = answer);
      const took = performance.now() - started;
      if (took < 1000) size = Math.min(size * 2, began.piece * 2);
      else if (took > 4000) size = Math.max(size / 2, SMALLEST);
      this.show(file, offset);
    }
    this.say(`${file.name} has arrived`);
    return began.upload;
  }

  show(file, offset) {
    const share = Math.floor((offset / file.size) * 100);
    this.bar.value = share;
    const quarter = Math.floor(share / 25);
    this.say(`Sending ${file.name}: ${share} %, ${megabytes(offset)} of ${megabytes(file.size)} MB`, { aloud: quarter !== this.quarter });
    this.quarter = quarter;
  }

  // Asks until there is an answer. A sentence of the server ends it; everything else is tried again.
  async ask(address, body, headers) {
    for (let tries = 0; ; tries++) {
      if (this.abort.signal.aborted) throw new Stop();
      const trouble = await this.tried(address, body, headers).catch((reason) => {
        if (reason instanceof Stop) throw reason;
        if (this.abort.signal.aborted) throw new Stop();
        return "No connection. What has arrived is kept, and this goes on by itself when you are back";
      });
      if (typeof trouble !== "string") return trouble;
      this.say(trouble, { late: true });
      await pause(PATIENCE[Math.min(tries, PATIENCE.length - 1)], this.abort.signal);
    }
  }

  async tried(address, body, headers) {
    const answer = await fetch(address, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token(), ...headers },
      redirect: "manual",
      signal: this.abort.signal,
    });
    if (answer.type === "opaqueredirect") return "You have been signed out. Sign in again in another window; then this goes on by itself";
    const type = answer.headers.get("Content-Type") ?? "";
    if (type.startsWith("application/json")) return answer.json();
    if (answer.status < 500 && type.startsWith("text/plain")) throw new Stop((await answer.text()).slice(0, 300));
    if (answer.status === 404) throw new Stop("What had arrived is no longer here. Load this page again and choose the file once more.");
    return "The server does not answer as it should. What has arrived is kept, and this is tried again";
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
  for (const input of root.querySelectorAll("input[data-resumable]")) new Sender(input);
  for (const element of root.querySelectorAll("[data-then-reload]")) reloads(element);
}
