// Before and after on top of each other; the range input moves the edge, so arrow keys do too.
export function enliven(box) {
  const range = box.querySelector('input[type="range"]');
  const move = () => box.style.setProperty("--edge", `${range.value}%`);
  range.hidden = false;
  box.classList.add("compare-live");
  range.addEventListener("input", move);
  move();
}
