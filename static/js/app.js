// Loads what a page asks for by its data attributes, and nothing else. Every page works without any of it.
const parts = {
  "[data-submit-once], form[method='post']": "./submit_once.js",
  "[data-error-summary]": "./error_summary.js",
  "details[data-closes], details[data-keeps]": "./disclosure.js",
  "[data-theme-switch]": "./theme.js",
  "[data-autosave]": "./autosave.js",
  "[data-write]": "./write.js",
  "[data-answer]": "./answering.js",
  "[data-answers]": "./answers.js",
  "[data-changes]": "./changes.js",
  "[data-poll]": "./poll.js",
  "input[data-resumable], [data-then-reload]": "./upload.js",
  "[data-marking]": "./marking.js",
  "[data-grid-filter]": "./grid_filter.js",
  "[data-comments]": "./comments/start.js",
};

// A form that keeps a copy of what is typed (autosave.js) was sent: if an ordinary page answers, the copy has done its work.
try {
  const sent = sessionStorage.getItem("sent");
  const ordinary = document.querySelector("[data-signed-in]") && !document.querySelector("[data-error-summary], [data-trouble]");
  if (sent && performance.getEntriesByType("navigation")[0]?.type === "navigate") {
    if (ordinary) localStorage.removeItem(sent);
    sessionStorage.removeItem("sent");
  }
} catch {
  // No storage, no copy.
}

const asked = Object.entries(parts).filter(([selector]) => document.querySelector(selector));
const begun = asked.map(([, file]) => import(file).then((part) => part.start(document)));
// The page says when every part is at work: a test waits for it, as a person never has to.
Promise.all(begun).then(() => document.documentElement.setAttribute("data-at-work", ""));

// On a phone the menus scroll sideways: the page one is on comes into view.
for (const here of document.querySelectorAll(".wm-nav [aria-current], .wm-rail [aria-current]")) {
  const menu = here.closest("nav");
  if (menu.scrollWidth > menu.clientWidth) menu.scrollLeft = here.offsetLeft - menu.offsetLeft - 24;
}
