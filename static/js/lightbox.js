// <a data-lightbox="group" href="large.jpg" data-caption="…">: opens in a dialog, arrows step through the group.
let group = [];
let at = 0;

function show(dialog, index) {
  at = (index + group.length) % group.length;
  const link = group[at];
  const image = dialog.querySelector("[data-lightbox-image]");
  image.src = link.href;
  image.alt = link.querySelector("img")?.alt ?? "";
  dialog.querySelector("[data-lightbox-caption]").textContent = link.dataset.caption ?? "";
  dialog.querySelector("[data-lightbox-count]").textContent = group.length > 1 ? `${at + 1} / ${group.length}` : "";
  for (const button of dialog.querySelectorAll("[data-lightbox-step]")) button.hidden = group.length < 2;
}

export function start() {
  const dialog = document.getElementById("lightbox");
  if (!dialog?.showModal) return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-lightbox]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    group = [...document.querySelectorAll(`a[data-lightbox="${CSS.escape(link.dataset.lightbox)}"]`)];
    show(dialog, group.indexOf(link));
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    const step = event.target.closest("[data-lightbox-step]");
    if (step) show(dialog, at + Number(step.dataset.lightboxStep));
    else if (event.target === dialog || event.target.closest("[data-lightbox-close]")) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") show(dialog, at - 1);
    if (event.key === "ArrowRight") show(dialog, at + 1);
  });
}
