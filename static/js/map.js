// <div data-map>: outlines drawn from GeoJSON, tiles only when set. Inside <fieldset data-pick-box> the pin
// can be moved by finger, arrow keys, the phone's position or typed numbers. Attributes: components/map.html.
import { say } from "./words.js";

const CHONGQING = [29.56, 106.55];
const PATIENCE = 10000; // ms; after that a person places the pin instead of waiting
const AREA_LEVELS = ["district", "street", "community", "grid"];

const number = (text) => (text === "" || text == null || Number.isNaN(Number(text)) ? null : Number(text));

function pinOf(L, line) {
  return L.divIcon({
    className: `map-pin${line ? ` map-pin-${line}` : ""}`,
    html: '<svg viewBox="0 0 24 32" aria-hidden="true"><path d="M12 31C5 22 1 17 1 11.5a11 11 0 0 1 22 0C23 17 19 22 12 31z"/><circle cx="12" cy="11.5" r="4"/></svg>',
    iconSize: [36, 48],
    iconAnchor: [18, 47],
    popupAnchor: [0, -44],
  });
}

function classesOf(feature) {
  const { level, own } = feature.properties ?? {};
  const names = ["map-area"];
  if (AREA_LEVELS.includes(level)) names.push(`map-area-${level}`);
  if (own) names.push("map-area-own");
  return names.join(" ");
}

function popupOf(properties) {
  const words = document.createElement(properties.url ? "a" : "span");
  words.textContent = properties.label || properties.name;
  if (properties.url) words.href = properties.url;
  return words;
}

/** The GeoJSON of an address, with what the page's own <script type="application/json"> holds on top. */
async function load(place) {
  const written = document.getElementById(place.dataset.geojsonScript ?? "");
  const own = written ? JSON.parse(written.textContent).features : [];
  const below = place.dataset.geojsonUrl ? (await fetched(place)).features : [];
  return { type: "FeatureCollection", features: [...below, ...own] };
}

async function fetched(place) {
  const answer = await fetch(place.dataset.geojsonUrl, { headers: { Accept: "application/geo+json, application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function draw(L, map, place) {
  const layer = L.geoJSON(await load(place), {
    // Colours come from classes, so that they follow the theme.
    style: (feature) => ({ className: classesOf(feature), color: undefined, weight: 1 }),
    pointToLayer: (feature, place) =>
      L.marker(place, { icon: pinOf(L, feature.properties?.line), title: feature.properties?.label || say("Position") }),
    onEachFeature: (feature, shape) => {
      const properties = feature.properties ?? {};
      if (!properties.label && !properties.name) return;
      if (feature.geometry?.type === "Point") shape.bindPopup(popupOf(properties));
      else shape.bindTooltip(document.createTextNode(properties.name ?? properties.label).textContent, { sticky: true });
    },
  }).addTo(map);
  // Points say where to look; without any, the outlines do.
  const points = L.featureGroup(layer.getLayers().filter((shape) => shape.getLatLng));
  return points.getLayers().length ? points.getBounds() : layer.getBounds();
}

function frame(place) {
  const lon = number(place.dataset.pointLon) ?? number(place.dataset.lon);
  const lat = number(place.dataset.pointLat) ?? number(place.dataset.lat);
  return lon == null || lat == null ? null : [lat, lon];
}

function open(L, place) {
  const center = frame(place);
  const map = L.map(place, {
    center: center ?? CHONGQING,
    zoom: number(place.dataset.zoom) ?? (center ? 16 : 10),
    zoomControl: false,
    attributionControl: Boolean(place.dataset.attribution),
    scrollWheelZoom: "wheel" in place.dataset,
  });
  map.attributionControl?.setPrefix(false);
  L.control.zoom({ zoomInTitle: say("Zoom in"), zoomOutTitle: say("Zoom out") }).addTo(map);
  if (place.dataset.tiles) {
    const attribution = new Option(place.dataset.attribution).innerHTML;
    L.tileLayer(place.dataset.tiles, { maxZoom: 19, attribution }).addTo(map);
  }
  return map;
}

function mark(L, map, place) {
  const [lon, lat] = [number(place.dataset.pointLon), number(place.dataset.pointLat)];
  if (lon == null || lat == null) return;
  const marker = L.marker([lat, lon], { icon: pinOf(L, place.dataset.line), title: place.dataset.pointLabel || say("Position") });
  if (place.dataset.pointLabel) marker.bindPopup(new Option(place.dataset.pointLabel).innerHTML);
  marker.addTo(map);
}

/** Draws the map of `place`; a failure is said in words inside it. */
export async function enliven(place) {
  let L = null;
  try {
    L = await import(new URL(place.dataset.leaflet || "/static/vendor/leaflet/leaflet-src.esm.js", location.href));
  } catch {
    place.textContent = say("The map did not load. Reload the page.");
    return;
  }
  const map = open(L, place);
  place.citymap = map;
  const picker = place.closest("[data-pick-box]");
  if (picker) new Picker(L, map, place, picker);
  else mark(L, map, place);
  new ResizeObserver(() => map.invalidateSize()).observe(place);
  if (!place.dataset.geojsonUrl && !place.dataset.geojsonScript) return;
  try {
    const bounds = await draw(L, map, place);
    if (!frame(place) && bounds.isValid()) map.fitBounds(bounds, { padding: [16, 16], maxZoom: 16 });
  } catch {
    place.dispatchEvent(new CustomEvent("map:failed", { bubbles: true }));
    const note = L.control({ position: "bottomleft" });
    note.onAdd = () => {
      const box = L.DomUtil.create("p", "flash flash-warning");
      box.textContent = say("The map did not load. Reload the page.");
      return box;
    };
    note.addTo(map);
  }
}

class Picker {
  constructor(L, map, place, box) {
    Object.assign(this, { L, map, box });
    this.lon = box.querySelector("[data-pick-lon]");
    this.lat = box.querySelector("[data-pick-lat]");
    this.accuracy = box.querySelector("[data-pick-accuracy]");
    this.says = box.querySelector("[data-pick-says]");
    const start = this.typed();
    if (start) this.put(start, { move: true });
    map.on("click", (event) => this.byHand(event.latlng));
    place.addEventListener("keydown", (event) => this.nudge(event));
    for (const input of [this.lon, this.lat]) {
      input.addEventListener("change", () => {
        const typed = this.typed();
        if (typed) this.byHand(typed, { move: true });
      });
    }
    box.querySelector("[data-locate]")?.addEventListener("click", () => this.locate());
    this.hint = this.says.textContent;
    if ("auto" in box.dataset && !start) this.locate({ asked: false });
  }

  typed() {
    const [lon, lat] = [number(this.lon.value.trim()), number(this.lat.value.trim())];
    return lon == null || lat == null || Math.abs(lat) > 90 || Math.abs(lon) > 180 ? null : this.L.latLng(lat, lon);
  }

  put(at, { move = false } = {}) {
    if (this.marker) this.marker.setLatLng(at);
    else {
      this.marker = this.L.marker(at, { icon: pinOf(this.L), draggable: true, autoPan: true, title: say("Position") });
      this.marker.addTo(this.map).on("dragend", () => this.byHand(this.marker.getLatLng()));
    }
    if (move) this.map.setView(at, Math.max(this.map.getZoom(), 16));
    this.box.dispatchEvent(new CustomEvent("pick", { bubbles: true, detail: { lon: at.lng, lat: at.lat } }));
  }

  write(at, accuracy) {
    this.lon.value = at.lng.toFixed(6);
    this.lat.value = at.lat.toFixed(6);
    this.accuracy.value = accuracy == null ? "" : String(Math.round(accuracy));
  }

  byHand(at, options) {
    this.circle?.remove();
    this.write(at, null);
    this.put(at, options);
    this.says.textContent = say("Position set by hand.");
  }

  nudge(event) {
    const step = { ArrowUp: [0, -8], ArrowDown: [0, 8], ArrowLeft: [-8, 0], ArrowRight: [8, 0] }[event.key];
    if (!step || !this.marker || event.target !== this.marker.getElement()) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.map.latLngToContainerPoint(this.marker.getLatLng()).add(step);
    this.byHand(this.map.containerPointToLatLng(at));
  }

  /** Asks the phone; nobody is told of a failure they did not ask for. */
  locate({ asked = true } = {}) {
    if (!navigator.geolocation) return this.failed(asked);
    this.says.textContent = say("Finding the position…");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.found(coords),
      () => this.failed(asked),
      { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 15000 },
    );
  }

  found(coords) {
    const at = this.L.latLng(coords.latitude, coords.longitude);
    this.write(at, coords.accuracy);
    this.put(at, { move: true });
    this.circle?.remove();
    this.circle = this.L.circle(at, { radius: coords.accuracy, className: "map-accuracy", interactive: false }).addTo(this.map);
    this.says.textContent = say("Position found, accurate to {n} m.", { n: Math.round(coords.accuracy) });
  }

  failed(asked) {
    this.says.textContent = asked
      ? say("The position can't be read. Move the pin, or describe the place in words.")
      : this.hint;
  }
}
