// Keeps a part of a page fresh: data-poll="address", every 15 seconds while somebody looks. The server answers 304 or the new
// content; an unchanged answer changes nothing, focus stays where it was, and a button with data-poll-pause stops it.
const EVERY = 15000;

function place(element) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  return focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.getAttribute("href") && `a[href="${CSS.escape(focused.getAttribute("href"))}"]`);
}

class Watch {
  constructor(element) {
    this.element = element;
    this.etag = element.dataset.etag ?? "";
    this.button = document.querySelector(`[data-poll-pause="${element.id}"]`);
    this.button?.removeAttribute("hidden");
    this.button?.addEventListener("click", () => this.pause());
    this.seconds = Number(element.dataset.every) * 1000 || EVERY;
    setInterval(() => this.look(), this.seconds);
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  pause() {
    this.paused = !this.paused;
    this.button.setAttribute("aria-pressed", String(this.paused));
    if (!this.paused) this.look();
  }

  async look() {
    if (this.paused || this.busy || document.hidden || this.element.querySelector("form[data-dirty], details[open] form")) return;
    this.busy = true;
    try {
      const headers = { "X-Requested-With": "poll", ...(this.etag && { "If-None-Match": this.etag }) };
      const answer = await fetch(this.element.dataset.poll, { headers, redirect: "manual", cache: "no-store" });
      if (answer.status === 200) this.show(await answer.text(), answer.headers.get("ETag") ?? "");
    } catch {
      // The next look will find the server again.
    }
    this.busy = false;
  }

  show(html, etag) {
    const same = etag && etag === this.etag;
    this.etag = etag;
    if (same || html.trim() === this.last) return;
    this.last = html.trim();
    const focus = place(this.element);
    this.element.innerHTML = html;
    if (focus) this.element.querySelector(focus)?.focus({ preventScroll: true });
  }
}

export function start(root) {
  for (const element of root.querySelectorAll("[data-poll]")) new Watch(element);
}
