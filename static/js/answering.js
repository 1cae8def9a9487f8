// The learner's answers to a referral, saved while they are written. The server says where the passage stands, and whether
// the action counts as answered; both are shown beside the field.
import { Keeper } from "./autosave.js";
import { store } from "./kept.js";

class Answer extends Keeper {
  constructor(form) {
    super(form, form.dataset.answer);
    form.querySelector("[data-keeps-saved]")?.addEventListener("click", () => {
      this.gone = true;
      store(this.key, null);
    });
  }

  arrived(now, told) {
    super.arrived(now, told);
    this.form.querySelector("[data-remark]").textContent = told.remark;
    this.form.closest("article").querySelector("[data-state-of]").innerHTML = told.sign;
    document.querySelector("[data-headline]").textContent = told.headline;
  }
}

export function start(root) {
  for (const form of root.querySelectorAll("form[data-answer]")) new Answer(form);
}
