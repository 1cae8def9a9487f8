// Sends one criterion to the server and answers what it said: `done`, and a sentence if it is not.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

export async function post(action, body) {
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
