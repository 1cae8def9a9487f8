// What the form of a comment shows besides its fields: the words it is about, what it would do, and what somebody else wrote meanwhile.
const SHOWN = 200;

export function dress(form, passage, changing) {
  const quote = form.querySelector("[data-composer-quote]");
  quote.hidden = !passage;
  quote.textContent = passage && (passage.quote.length > SHOWN ? `${passage.quote.slice(0, SHOWN)}…` : passage.quote);
  form.querySelector("[data-composer-words]").hidden = Boolean(passage || changing);
  form.querySelector("[type=submit]").textContent = changing ? `Save comment ${changing.number}` : "Save comment";
  form.setAttribute("aria-label", changing ? `Change comment ${changing.number}` : "Add a comment");
}

export function addTheirs(form) {
  const theirs = Object.assign(document.createElement("div"), { className: "wm-merge wm-remark-kept", hidden: true });
  form.prepend(theirs);
  return theirs;
}
