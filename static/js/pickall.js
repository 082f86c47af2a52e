// Choosing all cases of a page at once, and how many are chosen. Without script each box is ticked by hand.
import { say } from "./words.js";

export function enliven(form) {
  const every = form.querySelector("[data-pick-every]");
  const count = form.querySelector("[data-pick-count]");
  const boxes = () => [...form.querySelectorAll('input[name="case"]')];

  function tell() {
    const all = boxes();
    const chosen = all.filter((box) => box.checked).length;
    every.checked = chosen > 0 && chosen === all.length;
    every.indeterminate = chosen > 0 && chosen < all.length;
    count.textContent = say("{n} chosen", { n: chosen });
  }

  every.addEventListener("change", () => {
    for (const box of boxes()) box.checked = every.checked;
    tell();
  });
  form.addEventListener("change", (event) => {
    if (event.target !== every) tell();
  });
  tell();
}
