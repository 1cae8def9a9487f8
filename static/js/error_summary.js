// After a form came back with errors, reading begins at the summary; each sentence leads to its control.
export function start(root) {
  const summary = root.querySelector("[data-error-summary]");
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const control = link && document.getElementById(link.hash.slice(1));
    if (!control) return;
    event.preventDefault();
    control.closest(".wm-field")?.scrollIntoView({ block: "start" });
    control.focus({ preventScroll: true });
  });
}
