// [data-moves]: with the focus on a case, the arrow keys go to its neighbours, Home and End to the ends; Enter
// opens it, as on any link. No letters, so nothing that is typed or spoken sets it off.
const LINKS = ".case-card, .cases-table td:first-child a";

function wanted(key, at, last) {
  if (key === "ArrowDown" || key === "ArrowRight") return Math.min(at + 1, last);
  if (key === "ArrowUp" || key === "ArrowLeft") return Math.max(at - 1, 0);
  if (key === "Home") return 0;
  return key === "End" ? last : null;
}

export function enliven(box) {
  box.addEventListener("keydown", (event) => {
    const here = event.target.closest(LINKS);
    if (!here || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const links = [...box.querySelectorAll(LINKS)];
    const next = wanted(event.key, links.indexOf(here), links.length - 1);
    if (next === null) return;
    event.preventDefault();
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
  });
}
