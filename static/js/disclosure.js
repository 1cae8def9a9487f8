// Menus close with Escape and with a click elsewhere (data-closes); other disclosures keep their state (data-keeps="name").
export function start(root) {
  const menus = [...root.querySelectorAll("details[data-closes]")];
  root.addEventListener("click", (event) => {
    for (const menu of menus) if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus) {
      if (!menu.open) continue;
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  for (const details of root.querySelectorAll("details[data-keeps]")) {
    const key = `open:${details.dataset.keeps}`;
    try {
      const kept = sessionStorage.getItem(key);
      if (kept !== null) details.open = kept === "1";
      details.addEventListener("toggle", () => sessionStorage.setItem(key, details.open ? "1" : "0"));
    } catch {
      // No storage: it opens as the page says.
    }
  }
}
