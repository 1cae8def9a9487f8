// Sends one criterion to the server and answers what it said: `done`, and a sentence if it is not. One after the other, because each
// answer brings the stand of the whole piece with it, and an older one must not come last. Whoever leaves cannot wait for that.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

let before = Promise.resolve();

export function post(action, body) {
  const sent = document.hidden ? send(action, body) : before.then(() => send(action, body));
  before = sent.catch(() => {});
  return sent;
}

async function send(action, body) {
  if (token()) body.set("csrfmiddlewaretoken", token());
  let answer;
  try {
    answer = await fetch(action, { method: "POST", body, headers: { "X-Requested-With": "marking" }, redirect: "manual" });
  } catch {
    return { done: false, sentence: "No connection. What you write is kept in this browser and saved when you are back" };
  }
  if (answer.type === "opaqueredirect") {
    const sentence = "You have been signed out. What you wrote is kept in this browser; sign in again in another window";
    return { done: false, sentence };
  }
  const json = answer.headers.get("Content-Type")?.startsWith("application/json");
  const found = json ? await answer.json() : { sentence: "What you wrote is kept in this browser. Load the page again." };
  return { ...found, done: answer.ok && Boolean(json), answered: true };
}
