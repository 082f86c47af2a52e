// Starts what a page needs. Small parts always; large ones only where the page has a place for them.
import * as confirm from "./confirm.js";
import * as csrf from "./csrf.js";
import * as lightbox from "./lightbox.js";
import * as menu from "./menu.js";
import * as once from "./once.js";
import * as theme from "./theme.js";

const WHERE_NEEDED = [
  ["[data-map]", () => import("./map.js")],
  ["input[type=file][data-upload-url]", () => import("./photos.js")],
  ["[data-classpick]", () => import("./classpick.js")],
  ["form[data-cut]", () => import("./cut.js")],
  ["[data-compare]", () => import("./compare.js")],
  ["[data-pick-all]", () => import("./pickall.js")],
  ["[data-moves]", () => import("./moves.js")],
  ["[data-clock]", () => import("./clock.js")],
  ["[data-day]", () => import("./day.js")],
];

/** Brings the elements under `root` to life; safe to call again on the same ones. */
export async function enliven(root = document) {
  once.enliven(root);
  for (const element of root.querySelectorAll("[data-needs-script]")) element.hidden = false;
  for (const [selector, load] of WHERE_NEEDED) {
    const places = [...root.querySelectorAll(`${selector}:not([data-live])`)];
    if (!places.length) continue;
    const part = await load();
    for (const place of places) {
      if (place.dataset.live) continue;
      place.dataset.live = "true";
      part.enliven(place);
    }
  }
}

for (const part of [theme, menu, confirm, csrf, lightbox, once]) part.start();
enliven();
document.addEventListener("htmx:load", (event) => enliven(event.detail.elt.parentElement ?? document));
