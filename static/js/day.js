// [data-day]: lets a day that was played on the server go by again, from one moment to the next.
const PER_MOMENT = 2600; // ms, however long the night between two moments is
const ZONE = 8 * 3600; // the clock on the wall is that of Chongqing

const pad = (number) => String(number).padStart(2, "0");
const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function enliven(box) {
  const clock = box.querySelector("[data-day-clock]");
  const find = (name) => box.querySelector(`[data-${name}]`);
  const numbers = (name) => [...box.querySelectorAll(`[data-${name}]`)].map((one) => [one, Number(one.dataset[name])]);
  const [moments, rungs, heard] = [numbers("at"), numbers("rung"), numbers("heard")];
  const [begins, ends] = [Number(clock.dataset.begins), Number(clock.dataset.ends)];
  const stops = [...new Set([...moments, ...heard].map(([, at]) => at).filter((at) => at <= ends))].sort((a, b) => a - b);
  const play = find("play");
  const words = { play: play.textContent, pause: play.dataset.pause };
  let [now, running] = [begins, 0];

  function draw(at) {
    now = at;
    const wall = new Date((at + ZONE) * 1000);
    const minutes = wall.getUTCHours() * 60 + wall.getUTCMinutes();
    find("minute").setAttribute("transform", `rotate(${(minutes % 60) * 6} 50 50)`);
    find("hour").setAttribute("transform", `rotate(${(minutes % 720) / 2} 50 50)`);
    find("time").textContent = `${pad(wall.getUTCHours())}:${pad(wall.getUTCMinutes())}`;
    find("date").textContent = `${pad(wall.getUTCMonth() + 1)}-${pad(wall.getUTCDate())}`;
    for (const [item, moment] of moments) item.hidden = moment > at;
    for (const [item, moment] of heard) item.classList.toggle("day-ahead", moment > at);
    lightRungs(at);
    lightLamp(at);
  }

  function lightRungs(at) {
    let next = false;
    for (const [rung, moment] of rungs) {
      const state = moment <= at ? "passed" : next ? "coming" : "next";
      next = next || state === "next";
      for (const name of ["passed", "next", "coming"]) rung.classList.toggle(`rung-${name}`, name === state);
    }
  }

  function lightLamp(at) {
    const seen = moments.filter(([, moment]) => moment <= at).pop()?.[0];
    const lamp = seen?.querySelector("[data-lamp]");
    if (lamp) find("day-lamp").innerHTML = lamp.innerHTML;
    const colour = lamp?.querySelector(".lamp")?.className.match(/lamp-(green|yellow|red|grey)/)?.[1] ?? "grey";
    for (const name of ["green", "yellow", "red", "grey"]) clock.classList.toggle(`lamp-${name}`, name === colour);
  }

  function arrive(at) {
    draw(at);
    const here = moments.filter(([, moment]) => moment === at).map(([item]) => item.querySelector("[data-title]").textContent);
    if (here.length) find("said").textContent = here.join(" ");
    box.querySelector(".day-moments > :not([hidden]):last-of-type")?.scrollIntoView?.({ block: "nearest" });
  }

  const following = () => stops.find((at) => at > now) ?? ends;

  function stop() {
    cancelAnimationFrame(running);
    running = 0;
    play.textContent = words.play;
  }

  function run() {
    const [from, to, began] = [now, following(), performance.now()];
    if (from >= ends) return stop();
    if (still()) return stop(), arrive(to);
    play.textContent = words.pause;
    const tick = (time) => {
      const part = Math.min(Math.max((time - began) / PER_MOMENT, 0), 1);
      if (part < 1) {
        draw(from + (to - from) * part);
        running = requestAnimationFrame(tick);
      } else {
        arrive(to);
        run();
      }
    };
    running = requestAnimationFrame(tick);
  }

  play.addEventListener("click", () => (running ? stop() : (now >= ends && draw(begins), run())));
  find("next").addEventListener("click", () => (stop(), arrive(following())));
  find("again").addEventListener("click", () => (stop(), draw(begins), run()));
  draw(begins);
  if (!still()) run();
}
