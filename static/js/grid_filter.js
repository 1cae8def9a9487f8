// Narrows a grid to the learners whose name holds what is typed: <input data-grid-filter="id of the table">, hidden without JavaScript.
export function start(root) {
  for (const box of root.querySelectorAll("[data-grid-filter]")) {
    const table = document.getElementById(box.dataset.gridFilter);
    box.closest("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("input", () => {
      const wanted = box.value.trim().toLowerCase();
      for (const body of table.tBodies) {
        let left = 0;
        for (const row of body.rows) {
          if (row.classList.contains("wm-group")) continue;
          row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
          left += !row.hidden;
        }
        body.hidden = left === 0;
      }
    });
  }
}
