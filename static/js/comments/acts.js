// What is done to a comment in the list: change, remove, put back, keep in the bank.
import { send } from "./send.js";

export class Acts {
  constructor(comments, composer) {
    this.comments = comments;
    this.composer = composer;
    this.form = document.getElementById("remark-act");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act(event.submitter.formAction, event.submitter.value);
    });
    comments.list.addEventListener("click", (event) => {
      const link = event.target.closest("[data-rewrites]");
      if (!link) return;
      event.preventDefault();
      this.change(comments.of(link), link.href);
    });
  }

  change(remark, address) {
    const { element, pk, number, criterion } = remark;
    const body = element.querySelector("[data-body]").textContent;
    const passage = remark.range && this.comments.text.passage(remark);
    const changing = { pk, number, address, body, criterion, revision: element.dataset.revision };
    if (this.composer.isOpen) this.composer.close();
    this.composer.open({ passage, changing });
  }

  async act(address, pk) {
    const body = new FormData(this.form);
    body.set("comment", pk);
    const remark = this.comments.remarks.find((one) => one.pk === Number(pk));
    const found = await send(address, body);
    if (!found.ok) return this.comments.say(found.sentence);
    if (found.label !== undefined) return this.comments.say(`Kept in your bank: ${found.label}`);
    this.comments.replace(found.list, found.total);
    if (found.comment) {
      this.comments.choose(found.comment, { focus: true, scroll: true });
      return this.comments.say(`Comment ${found.number} is back`);
    }
    this.comments.say(`Comment ${remark.number} is taken away. `);
    const undo = Object.assign(document.createElement("button"), { type: "button", className: "wm-quiet-button", textContent: "Put it back" });
    undo.addEventListener("click", () => this.act(address.replace("/remove/", "/put-back/"), pk));
    this.comments.said.append(undo);
    undo.focus({ preventScroll: true });
  }
}
