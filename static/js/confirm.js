// A form (or button) with data-confirm="sentence" asks in a <dialog> before it is sent.
// data-confirm-title, data-confirm-yes and data-confirm-danger refine it. Without script it is sent at once.
import { say } from "./words.js";

function ask(source) {
  const dialog = document.getElementById("confirm-dialog");
  dialog.querySelector("[data-confirm-title]").textContent = source.dataset.confirmTitle || say("Are you sure?");
  dialog.querySelector("[data-confirm-text]").textContent = source.dataset.confirm;
  const yes = dialog.querySelector('button[value="yes"]');
  yes.dataset.words ??= yes.textContent;
  yes.textContent = source.dataset.confirmYes || yes.dataset.words;
  yes.classList.toggle("button-danger", "confirmDanger" in source.dataset);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

export function start() {
  // In the capturing phase, so that an unconfirmed form is stopped before anything else hears of it.
  document.addEventListener(
    "submit",
    async (event) => {
      const form = event.target;
      const button = event.submitter;
      const source = button?.dataset.confirm ? button : form.dataset.confirm ? form : null;
      if (!source || form.dataset.confirmed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!(await ask(source))) return;
      form.dataset.confirmed = "true";
      form.requestSubmit(button);
      delete form.dataset.confirmed;
    },
    true,
  );
}
