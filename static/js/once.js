// One press, one step: a fresh key in the hidden field `key` of each form shown, and no second submit.
import { say } from "./words.js";

function uuid() {
  if (globalThis.crypto?.randomUUID) return crypto.randomUUID();
  // Plain http inside an office network has no randomUUID, but it does have random values.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Fills the empty `key` fields of POST forms; one the server filled (a form shown again) is kept. */
export function enliven(root) {
  for (const field of root.querySelectorAll('form[method="post" i] input[type="hidden"][name="key"]')) {
    if (!field.value) field.value = uuid();
  }
}

function lock(form, button) {
  form.dataset.sent = "true";
  form.setAttribute("aria-busy", "true");
  if (!button) return;
  button.dataset.words = button.textContent;
  button.setAttribute("aria-disabled", "true");
  if (button.dataset.sending !== "quiet" && !button.querySelector("svg")) button.textContent = say("Sending…");
}

function unlock(form) {
  delete form.dataset.sent;
  form.removeAttribute("aria-busy");
  for (const button of form.querySelectorAll('[aria-disabled="true"]')) {
    button.removeAttribute("aria-disabled");
    if (button.dataset.words && !button.querySelector("svg")) button.textContent = button.dataset.words;
  }
}

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-many") || event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    else lock(form, event.submitter);
  });
  // Coming back with the browser's Back button shows the page as it was left: locked.
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(unlock);
  });
}
