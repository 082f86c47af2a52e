// <form data-cut>: a cut (two clicks) or outlines (click by click) drawn on the form's map go into its fields,
// and what is typed there is drawn. Without script the fields do the same.
import { say } from "./words.js";

const round = (value) => Number(value.toFixed(7));
const positionOf = (at) => `${round(at.lng)}, ${round(at.lat)}`;

function positionIn(text) {
  const [lon, lat, more] = text.replaceAll("，", ",").split(",").map((part) => Number.parseFloat(part));
  return Number.isFinite(lon) && Number.isFinite(lat) && more === undefined ? [lat, lon] : null;
}

/** The map's module draws first; this waits for it. */
function mapOf(place) {
  return new Promise((resolve) => {
    const look = () => (place.citymap ? resolve(place.citymap) : setTimeout(look, 60));
    look();
  });
}

export async function enliven(form) {
  const place = form.querySelector("[data-map]");
  if (!place) return;
  const map = await mapOf(place);
  const L = await import(new URL(place.dataset.leaflet || "/static/vendor/leaflet/leaflet-src.esm.js", location.href));
  new Cutter(L, map, form);
}

class Cutter {
  constructor(L, map, form) {
    Object.assign(this, { L, map, form, corners: [], mode: "cut" });
    this.from = form.querySelector("[data-cut-from]");
    this.to = form.querySelector("[data-cut-to]");
    this.outlines = form.querySelector("[data-outlines]");
    this.fit = form.querySelector("[data-fit]");
    this.says = form.querySelector("[data-draw-says]");
    this.end = form.querySelector("[data-draw-close]");
    this.layer = L.layerGroup().addTo(map);
    map.on("click", (event) => this.click(event.latlng));
    for (const button of form.querySelectorAll("[data-draw]")) button.addEventListener("click", () => this.choose(button));
    this.end.addEventListener("click", () => this.close());
    form.querySelector("[data-draw-clear]").addEventListener("click", () => this.clear());
    for (const field of [this.from, this.to, this.outlines]) field.addEventListener("change", () => this.draw());
    this.draw();
  }

  choose(chosen) {
    this.mode = chosen.dataset.draw;
    this.corners = [];
    for (const button of this.form.querySelectorAll("[data-draw]")) button.setAttribute("aria-pressed", String(button === chosen));
    this.says.textContent =
      this.mode === "cut"
        ? say("Click where the cut begins and where it ends; it goes right across.")
        : say("Click corner by corner, then close the outline. It takes what it covers; the rest is one more part.");
    this.draw();
  }

  click(at) {
    if (this.mode === "cut") {
      if (!this.from.value.trim() || this.to.value.trim()) [this.from.value, this.to.value] = [positionOf(at), ""];
      else this.to.value = positionOf(at);
    } else {
      this.corners.push([round(at.lng), round(at.lat)]);
    }
    this.draw();
  }

  /** The outline under way becomes one more feature in the field. */
  close() {
    const features = this.features();
    const coordinates = [[...this.corners, this.corners[0]]];
    features.push({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates } });
    this.outlines.value = JSON.stringify({ type: "FeatureCollection", features });
    this.fit.checked = true;
    this.corners = [];
    this.draw();
  }

  clear() {
    for (const field of [this.from, this.to, this.outlines]) field.value = "";
    this.corners = [];
    this.draw();
  }

  features() {
    try {
      const written = JSON.parse(this.outlines.value || "{}");
      return Array.isArray(written.features) ? written.features : [];
    } catch {
      return [];
    }
  }

  draw() {
    this.layer.clearLayers();
    this.end.disabled = this.corners.length < 3;
    const ends = [positionIn(this.from.value), positionIn(this.to.value)].filter(Boolean);
    this.line(ends, "map-cut");
    this.line(this.corners.map(([lon, lat]) => [lat, lon]), "map-cut");
    try {
      const features = { type: "FeatureCollection", features: this.features() };
      this.L.geoJSON(features, { style: { className: "map-drawn" }, interactive: false }).addTo(this.layer);
    } catch {
      // What is typed may be unfinished; the server says what is wrong with it.
    }
  }

  line(points, className) {
    for (const at of points) this.L.circleMarker(at, { radius: 5, className: `${className} ${className}-end`, interactive: false }).addTo(this.layer);
    if (points.length > 1) this.L.polyline(points, { className, interactive: false }).addTo(this.layer);
  }
}
