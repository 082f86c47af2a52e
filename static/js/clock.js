// <div data-clock>: lets the hands run from the story's last moment to this one; still where motion is unwanted.
const RUN = 1400; // ms
const LAMPS = ["green", "yellow", "red", "grey"];

const lampOf = (share) => (share < 80 ? "green" : share < 100 ? "yellow" : "red");
const turned = (hand, angle) => hand.setAttribute("transform", `rotate(${angle} 50 50)`);

function draw(box, hands, left, part) {
  // `left` is how many minutes of the story are still to run, `part` how far the run has come, 0 to 1.
  turned(hands.minute, Number(hands.minute.dataset.minute) - left * 6);
  turned(hands.hour, Number(hands.hour.dataset.hour) - left / 2);
  const [from, to] = [Number(box.dataset.wasShare), Number(box.dataset.share)];
  if (!to) return;
  const share = from + (to - from) * part;
  hands.ring.setAttribute("stroke-dasharray", `${Math.min(share, 100)} 100`);
  for (const lamp of LAMPS) box.classList.toggle(`lamp-${lamp}`, lamp === lampOf(share));
}

export function enliven(box) {
  const minutes = (Number(box.dataset.at) - Number(box.dataset.was)) / 60;
  if (!minutes || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const find = (name) => box.querySelector(`[data-${name}]`);
  const hands = { minute: find("minute"), hour: find("hour"), ring: find("ring") };
  const began = performance.now();
  const tick = (now) => {
    const part = Math.min(Math.max((now - began) / RUN, 0), 1);
    draw(box, hands, minutes * (1 - part), part);
    if (part < 1) requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}
