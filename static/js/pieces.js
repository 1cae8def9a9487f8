// A file on its way in pieces. The server says at which byte to go on; what was not answered is tried again, for as long as it takes.
const SMALLEST = 256 * 1024;
const PATIENCE = [1, 2, 4, 8, 15, 30]; // seconds between tries
// The cookie's token, not the page's: it still fits after somebody signed in again in another window.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
export const megabytes = (bytes) => (bytes / 1024 / 1024).toFixed(bytes < 1024 * 1024 ? 2 : 1);

// Ends the sending. With words when the server has said why.
export class Stop extends Error {}

// Until the time is up or the connection is back.
function pause(seconds, signal) {
  return new Promise((go, stop) => {
    const timer = setTimeout(go, seconds * 1000);
    window.addEventListener("online", () => go(clearTimeout(timer)), { once: true });
    signal.addEventListener("abort", () => stop(new Stop()), { once: true });
  });
}

// `say(text, options)` and `show(file, offset)` tell the person; `signal` stops it all.
export class Pieces {
  constructor({ say, show, signal }) {
    Object.assign(this, { say, show, signal });
  }

  // The number of the upload, once the whole file has arrived.
  async send(file, address) {
    const about = new URLSearchParams({ name: file.name, size: file.size, modified: file.lastModified });
    this.say(`Sending ${file.name}`);
    const began = await this.ask(address, about, {});
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

  // Asks until there is an answer. A sentence of the server ends it; everything else is tried again.
  async ask(address, body, headers) {
    for (let tries = 0; ; tries++) {
      if (this.signal.aborted) throw new Stop();
      const trouble = await this.tried(address, body, headers).catch((reason) => {
        if (reason instanceof Stop) throw reason;
        if (this.signal.aborted) throw new Stop();
        return "No connection. What has arrived is kept, and this goes on by itself when you are back";
      });
      if (typeof trouble !== "string") return trouble;
      this.say(trouble, { late: true });
      await pause(PATIENCE[Math.min(tries, PATIENCE.length - 1)], this.signal);
    }
  }

  async tried(address, body, headers) {
    const answer = await fetch(address, {
      method: "POST",
      body,
      headers: { "X-CSRFToken": token(), ...headers },
      redirect: "manual",
      signal: this.signal,
    });
    if (answer.type === "opaqueredirect") return "You have been signed out. Sign in again in another window; then this goes on by itself";
    const type = answer.headers.get("Content-Type") ?? "";
    if (type.startsWith("application/json")) return answer.json();
    if (answer.status < 500 && type.startsWith("text/plain")) throw new Stop((await answer.text()).slice(0, 300));
    if (answer.status === 404) throw new Stop("What had arrived is no longer here. Load this page again and choose the file once more.");
    return "The server does not answer as it should. What has arrived is kept, and this is tried again";
  }
}
