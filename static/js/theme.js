// Changes the theme at once and lets the server keep it, without loading the page again.
export function start(root) {
  for (const form of root.querySelectorAll("[data-theme-switch]")) {
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (!button) return;
      event.preventDefault();
      const body = new FormData(form, button);
      fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => form.submit());
      if (button.value === "auto") delete document.documentElement.dataset.bsTheme;
      else document.documentElement.dataset.bsTheme = button.value;
      for (const one of form.querySelectorAll("[aria-pressed]")) one.setAttribute("aria-pressed", String(one === button));
    });
  }
}
