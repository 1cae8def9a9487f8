// Sends a form of the comments and gives back what the server answers, always with a sentence if it could not be done.
const KEPT = "What you wrote is kept in this browser";
// The cookie's token, not the page's: it still fits after somebody signed in again in another window.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

export async function send(address, body) {
  if (token()) body.delete("csrfmiddlewaretoken");
  const headers = { "X-Requested-With": "comments", "X-CSRFToken": token() || (body.get("csrfmiddlewaretoken") ?? "") };
  let answer;
  try {
    answer = await fetch(address, { method: "POST", body, headers, redirect: "manual" });
  } catch {
    return { ok: false, sentence: `Not saved: there is no connection. ${KEPT}; save again when you are back.` };
  }
  if (answer.type === "opaqueredirect") return { ok: false, sentence: `Not saved: you have been signed out. ${KEPT}; sign in again in another window, then save.` };
  if (answer.status === 204) return { ok: true };
  const json = answer.headers.get("Content-Type")?.startsWith("application/json");
  const found = json ? await answer.json() : { sentence: `Not saved. ${KEPT}; load the page again.` };
  return { ...found, ok: answer.ok };
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}
