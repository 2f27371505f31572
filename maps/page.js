// The polar map. Data come from the JSON blocks of the page; every text reaches the screen as a
// text node. Nothing here fetches, evaluates or writes markup.
(() => {
"use strict";

// --- projection ---------------------------------------------------------------------------------

const POLAR = "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m";
const RESOLUTIONS = Array.from({ length: 11 }, (_, zoom) => 32768 / 2 ** zoom); // metres a pixel
const POINT_GRID = 10;
const PATH_GRID = 100;
proj4.defs("EPSG:3413", POLAR);
const plane = proj4("EPSG:3413");

// The CRS whose meridian `lon0` points down. A turned CRS is the plane of EPSG:3413 turned, so a
// vertex that knows its place there need not be projected again at every zoom.
function polarCrs(lon0) {
  const name = lon0 === -45 ? "EPSG:3413" : `EPSG:3413 turned to ${lon0}`;
  const crs = new L.Proj.CRS(name, POLAR.replace("+lon_0=-45", `+lon_0=${lon0}`), {
    resolutions: RESOLUTIONS,
  });
  const turn = (lon0 + 45) * Math.PI / 180, cos = Math.cos(turn), sin = Math.sin(turn);
  const project = crs.projection.project;
  crs.projection.project = function (at) {
    const p = at.plane;
    return p ? new L.Point(p[0] * cos + p[1] * sin, p[1] * cos - p[0] * sin) : project.call(this, at);
  };
  return crs;
}
L.CRS.EPSG3413 = polarCrs(-45);

function at(x, y) {
  const [lng, lat] = plane.inverse([x, y]);
  const place = new L.LatLng(lat, lng);
  place.plane = [x, y];
  return place;
}

function path(steps) {
  const places = [];
  for (let i = 0, x = 0, y = 0; i < steps.length; i += 2) {
    places.push(at((x += steps[i]) * PATH_GRID, (y += steps[i + 1]) * PATH_GRID));
  }
  return places;
}

// --- small things -------------------------------------------------------------------------------

const byId = (id) => document.getElementById(id);
const block = (id) => JSON.parse(byId(id).textContent);
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];
const dark = matchMedia("(prefers-color-scheme: dark)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 800px)");
const ink = (pair) => (dark.matches ? pair.dark : pair.light);
const words = (name) => name.replace(/_/g, " ");
const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function el(tag, attributes, ...children) {
  const made = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

function number(value) {
  if (!Number.isFinite(value)) return String(value);
  return value.toLocaleString("en-GB", { maximumSignificantDigits: 6 }).replace(/,/g, "\u202f");
}

const count = (n, one, many) => `${number(n)} ${n === 1 ? one : many || one + "s"}`;

function cell(column, i) {
  if (!column) return null;
  const value = column.codes
    ? (column.codes[i] < 0 ? null : column.values[column.codes[i]])
    : column.values[i];
  return value === "" ? null : value;
}

// "unknown" is a word, never a blank and never 0.
function shown(value, unit) {
  if (value === null || value === undefined) return el("span", { class: "unknown" }, "unknown");
  const text = typeof value === "number" ? number(value)
    : typeof value === "boolean" ? (value ? "yes" : "no") : value;
  if (/^https?:\/\/\S+$/.test(text)) return el("a", { href: text, rel: "noopener noreferrer", target: "_blank" }, text);
  return unit && unit !== "1" ? `${text} ${unit}` : text;
}

const FOLDED = { ø: "o", æ: "ae", å: "a", đ: "d", ð: "d", þ: "th", ß: "ss", ł: "l", ı: "i" };
function fold(text) {
  return text.toLowerCase().replace(/[øæåđðþßłı]/g, (c) => FOLDED[c])
    .normalize("NFD").replace(/\p{M}/gu, "");
}

function degrees(value, positive, negative) {
  const size = Math.abs(value);
  return `${Number.isInteger(size) ? size : size.toFixed(2)}°\u00a0${value < 0 ? negative : positive}`;
}
const latitude = (value) => degrees(value, "N", "S");
const longitude = (value) => (value === 0 ? "0°" : Math.abs(value) === 180 ? "180°"
  : degrees(value, "E", "W"));

// --- marks and hatches --------------------------------------------------------------------------

const corners = (n, turn, inner) => Array.from({ length: inner ? 2 * n : n }, (_, i) => {
  const angle = turn + (i * Math.PI) / (inner ? n : n / 2);
  const size = inner && i % 2 ? inner : 1;
  return [size * Math.cos(angle), size * Math.sin(angle)];
});
const UP = -Math.PI / 2;
const SHAPES = {
  triangle: corners(3, UP).map(([x, y]) => [1.2 * x, 1.2 * y + 0.2]),
  down: corners(3, -UP).map(([x, y]) => [1.2 * x, 1.2 * y - 0.2]),
  diamond: corners(4, UP).map(([x, y]) => [1.2 * x, 1.2 * y]),
  square: corners(4, Math.PI / 4).map(([x, y]) => [1.22 * x, 1.22 * y]),
  pentagon: corners(5, UP).map(([x, y]) => [1.1 * x, 1.1 * y]),
  hexagon: corners(6, 0).map(([x, y]) => [1.1 * x, 1.1 * y]),
  star: corners(5, UP, 0.48).map(([x, y]) => [1.35 * x, 1.35 * y]),
  cross: [[-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4], [0.4, 1.1],
    [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4]],
};

function trace(ctx, shape, x, y, r) {
  ctx.beginPath();
  const outline = SHAPES[shape];
  if (!outline) {
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  outline.forEach(([u, v], i) => (i ? ctx.lineTo(x + u * r, y + v * r) : ctx.moveTo(x + u * r, y + v * r)));
  ctx.closePath();
}

// A view of the whole Arctic on a telephone has no room for the marks of a close one.
const markSize = (map) => Math.min(1.25, Math.max(0.62, 0.6 + 0.18 * map.getZoom()));

L.Canvas.include({
  _updateMark(mark) {
    if (!this._drawing || mark._empty()) return;
    trace(this._ctx, mark.options.shape, mark._point.x, mark._point.y, mark._radius * markSize(this._map));
    this._fillStroke(this._ctx, mark);
    if (mark.options.dot) drop(this._ctx, mark.options.color, mark._point.x, mark._point.y, mark._radius * markSize(this._map));
  },
});

// Dual use that a public document states, not one inferred from attributes, bears a dot.
function drop(ctx, colour, x, y, r) {
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour;
  trace(ctx, "circle", x, y, 0.36 * r);
  ctx.fill();
}

const Mark = L.CircleMarker.extend({
  _updatePath() {
    if (!this.hidden) this._renderer._updateMark(this);
  },
  _containsPoint(point) {
    return !this.hidden && L.CircleMarker.prototype._containsPoint.call(this, point);
  },
});

const HATCH = 8;
function hatched(kind, fill, line) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCH;
  const ctx = tile.getContext("2d");
  ctx.globalAlpha = 0.3;
  ctx.fillStyle = fill;
  ctx.fillRect(0, 0, HATCH, HATCH);
  ctx.globalAlpha = 0.9;
  ctx.strokeStyle = ctx.fillStyle = line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  const stripe = (rising) => {
    for (const shift of [-HATCH, 0, HATCH]) {
      ctx.moveTo(shift - 1, rising ? HATCH + 1 : -1);
      ctx.lineTo(shift + HATCH + 1, rising ? -1 : HATCH + 1);
    }
  };
  if (kind === "forward" || kind === "cross") stripe(true);
  if (kind === "back" || kind === "cross") stripe(false);
  if (kind === "dots") ctx.arc(HATCH / 2, HATCH / 2, 1.1, 0, 2 * Math.PI);
  if (kind === "dots") ctx.fill();
  else ctx.stroke();
  return ctx.createPattern(tile, "repeat");
}

// --- one layer ----------------------------------------------------------------------------------

class Sheet {
  constructor(data) {
    Object.assign(this, data);
    this.column = Object.fromEntries(data.columns.map((column) => [column.name, column]));
    this.classes = new Map(data.style.classes.map((c, rank) => [c.value, { ...c, rank }]));
    this.shapes = new Map(data.style.shapes.map((s) => [s.value, s]));
    this.on = data.style.visible;
  }

  // Shapes that another layer has as well are kept there.
  share(sheets) {
    if (typeof this.paths === "string") this.paths = sheets.find((other) => other.id === this.paths).paths;
  }

  value(name, i) { return cell(this.column[name], i); }
  name(i) { return this.value("name", i); }
  title_of(i) { return this.name(i) || `${this.title}, without a name`; }
  class_of(i) { return this.classes.get(String(this.value(this.style.class_column, i))); }

  place(i) {
    if (this.x) return at(this.x[i] * POINT_GRID, this.y[i] * POINT_GRID);
    const label = this.labels && this.labels[i];
    if (label) return at(label[0] * PATH_GRID, label[1] * PATH_GRID);
    const ring = this.paths[i][0] && path(this.paths[i][0][0]);
    return ring ? ring[Math.floor(ring.length / 2)] : null;
  }

  // The sea-ice layer holds all months; which of them is drawn is the slider's affair.
  drawn(i) {
    return this.id !== "sea_ice" || this.value("month", i) === this.month;
  }

  look(i) {
    const style = this.style, own = this.class_of(i) || {};
    const stroke = ink(own.stroke || style.stroke), fill = ink(own.fill || style.fill);
    const filled = this.geometry !== "line";
    const outline = this.id === "sea_ice" && this.value("year", i) !== null;
    const width = own.width || style.width;
    return {
      stroke: width > 0,
      color: stroke,
      weight: outline ? 1.8 : width,
      opacity: style.stroke_opacity,
      dashArray: outline ? [5, 4] : own.hollow ? [2, 1.6] : style.dash.length ? style.dash : null,
      fill: filled && !outline && (style.fill_opacity > 0 || this.geometry === "polygon"),
      fillColor: own.hatch ? hatched(own.hatch, fill, stroke) : fill,
      fillOpacity: own.hollow ? 0.55 : style.fill_opacity,
      radius: own.radius || style.radius,
      dot: this.value("dual_use_class", i) === "D3",
      shape: (this.shapes.get(String(this.value(style.shape_column, i))) || style).shape,
      lineJoin: "round",
      bubblingMouseEvents: false,
    };
  }

  // Leaflet's own features, made when the layer is first shown.
  build() {
    const indices = Array.from({ length: this.count }, (_, i) => i);
    // Classes are listed by weight; the weightiest is drawn last, on top.
    const rank = (i) => (this.class_of(i) || { rank: this.classes.size }).rank;
    if (this.geometry === "point") indices.sort((a, b) => rank(b) - rank(a) || a - b);
    // The outline of a later year would vanish beneath the median's fill.
    if (this.id === "sea_ice") indices.sort((a, b) => (this.value("year", a) !== null) - (this.value("year", b) !== null));
    this.features = indices.map((i) => {
      const options = this.look(i);
      const feature = this.geometry === "point" ? new Mark(this.place(i), options)
        : this.geometry === "line" ? L.polyline(this.paths[i].map((part) => path(part[0])), options)
        : L.polygon(this.paths[i].map((part) => part.map(path)), options);
      feature.sheet = this;
      feature.index = i;
      return feature;
    });
    this.of = new Map(this.features.map((feature) => [feature.index, feature]));
    this.group = L.featureGroup(this.features.filter((feature) => this.drawn(feature.index)));
  }

  restyle() {
    for (const feature of this.features || []) feature.setStyle(this.look(feature.index));
  }
}

// --- the map ------------------------------------------------------------------------------------

function start(map) {
  const data = block("picture-data");
  const sheets = data.layers.map((layer) => new Sheet(layer));
  for (const s of sheets) s.share(sheets);
  const sheet = Object.fromEntries(sheets.map((s) => [s.id, s]));
  const nodes = sheet.nodes;
  const sources = new Map(data.sources.map((source) => [source.id, source]));
  const renderer = L.canvas({ padding: 0.3, tolerance: 3 });
  // Leaflet puts a reset canvas at a fraction of a pixel, which shows as seams across the map.
  renderer._reset = function () {
    L.Canvas.prototype._reset.call(this);
    L.DomUtil.setPosition(this._container, this._bounds.min);
  };
  map.options.renderer = renderer;
  // Leaflet rounds vertices to pixels; on a polar map that makes a saw of every parallel.
  map.latLngToLayerPoint = (place) => map.project(L.latLng(place)).subtract(map.getPixelOrigin());

  // --- ground: region, graticule, mask ----------------------------------------------------------

  const outline = data.region.outline.map((part) => part.map(path));
  const edge = outline.flat(2).map((p) => p.plane);
  // A region beside the pole stands upright on its own meridian; the whole Arctic on that of the CRS.
  const away = (k) => edge.reduce((sum, p) => sum + p[k] / Math.hypot(...p), 0);
  let lon0 = outline.some((part) => covers(part[0], [0, 0])) ? -45
    : Math.round(plane.inverse([away(0), away(1)])[0]);
  map.options.crs = polarCrs(lon0);
  const still = { interactive: false, renderer, smoothFactor: 0.2 };
  const far = [[-2e7, -2e7], [2e7, -2e7], [2e7, 2e7], [-2e7, 2e7]].map(([x, y]) => at(x, y));
  const lines = [];
  const dense = (from, to, step, make) => Array.from(
    { length: Math.round((to - from) / step) + 1 }, (_, k) => make(from + k * step));
  for (let lat = 40; lat < 90; lat += 10) lines.push(dense(-180, 180, 2, (lng) => L.latLng(lat, lng)));
  for (let lng = -180; lng < 180; lng += 30) {
    lines.push(dense(40, lng % 90 ? 85 : 90, 1, (lat) => L.latLng(lat, lng)));
  }
  const base = {
    region: L.polygon(outline, still),
    graticule: L.polyline(lines, still),
    circle: L.polyline(dense(-180, 180, 2, (lng) => L.latLng(66.5622, lng)), still),
    mask: L.polygon([[far, ...outline.map((part) => part[0])]], still),
    rim: L.polygon(outline, { ...still, fill: false }),
  };

  function inkBase() {
    const style = (name) => {
      const s = data.base[name];
      return { color: ink(s.stroke), weight: s.width, opacity: s.stroke_opacity, fillColor: ink(s.fill), fillOpacity: 1 };
    };
    base.region.setStyle({ ...style("region"), stroke: false });
    base.graticule.setStyle(style("graticule"));
    base.circle.setStyle({ ...style("graticule"), dashArray: [4, 4] });
    base.mask.setStyle({ ...style("mask"), stroke: false });
    base.rim.setStyle({ ...style("mask"), fill: false });
  }

  // --- stacking: the canvas draws and hits in the order of its list ------------------------------

  const stack = [
    { order: data.base.region.order, all: () => [base.region] },
    { order: data.base.graticule.order, all: () => [base.graticule, base.circle] },
    { order: data.base.mask.order, all: () => [base.mask, base.rim] },
    ...sheets.map((s) => ({ order: s.style.order, all: () => (s.on && s.features) || [] })),
    { order: data.base.selection.order, all: () => (ring ? [ring] : []) },
  ].sort((a, b) => a.order - b.order);

  function restack() {
    for (const level of stack) for (const feature of level.all()) if (feature._map) feature.bringToFront();
    renderer._updatePaths();
  }

  function show(s, on) {
    s.on = on;
    if (on && !s.group) {
      s.build();
      s.group.on("click", (event) => open(s, event.propagatedFrom.index, { from: event }));
      s.group.on("mouseover", (event) => hint(event));
      s.group.on("mouseout", () => map.closeTooltip(tip));
      if (s === nodes) filter();
    }
    if (on) s.group.addTo(map);
    else if (s.group) s.group.remove();
  }

  const tip = L.tooltip({ direction: "top", offset: [0, -6], opacity: 1 });
  function hint(event) {
    const { sheet: s, index } = event.propagatedFrom;
    if (s.geometry === "polygon") return;
    const text = s.name(index);
    if (text) tip.setContent(el("span", null, text)).setLatLng(event.latlng).openOn(map);
  }

  // --- view: fit, turn, bounds -------------------------------------------------------------------

  function fit() {
    const crs = map.options.crs;
    const turned = edge.map(([x, y]) => crs.projection.project({ plane: [x, y] }));
    const box = L.bounds(turned);
    const size = map.getSize(), margin = 2 * (narrow.matches ? 22 : 32);
    const extent = box.getSize();
    // On a wide screen the rail stands beside the region, on a narrow one below it.
    const rail = document.querySelector(".rail");
    const aside = narrow.matches ? 0 : rail.offsetWidth + 12, below = narrow.matches ? byId("ice").offsetHeight : 0;
    const resolution = Math.min(RESOLUTIONS[0], Math.max(
      extent.x / Math.max(size.x - margin - aside, 50), extent.y / Math.max(size.y - margin - below, 50)));
    const zoom = Math.max(0, crs.zoom(1 / resolution));
    const center = crs.projection.unproject(
      box.getCenter().add([(aside / 2) * resolution, -(below / 2) * resolution]));
    // Latitudes and longitudes do not bound a polar view: hand Leaflet the corners of the plane.
    const reach = 1.5 * Math.max(extent.x, extent.y), middle = box.getCenter();
    const corner = (x, y) => crs.projection.unproject(L.point(middle.x + x * reach, middle.y + y * reach));
    const frame = L.latLngBounds(corner(-1, -1), corner(1, 1));
    frame.getSouthWest = () => corner(-1, -1);
    frame.getNorthEast = () => corner(1, 1);
    frame.getNorthWest = () => corner(-1, 1);
    frame.getSouthEast = () => corner(1, -1);
    map.options.minZoom = Math.max(0, zoom - 0.25);
    map.options.maxZoom = RESOLUTIONS.length - 1;
    map.setMaxBounds();
    map.options.zoomSnap = 0;
    map.setView(center, zoom, { reset: true, animate: false });
    map.options.zoomSnap = 0.25;
    map.setMaxBounds(frame);
  }

  function turn(next) {
    const center = map.getCenter(), zoom = map.getZoom(), home = atHome;
    lon0 = next;
    map.options.crs = polarCrs(next);
    fit();
    if (!home) map.setView(center, zoom, { reset: true, animate: false });
    atHome = home;
  }

  let atHome = true;
  const turns = byId("turn");
  for (const lng of [...new Set([lon0, -45, 0, 45, 90, 135, 180, -135, -90])]) {
    turns.append(el("option", { value: lng }, longitude(lng).replace("\u00a0", " ")));
  }
  turns.addEventListener("change", () => turn(Number(turns.value)));
  byId("home").addEventListener("click", () => { fit(); atHome = true; });

  // --- words on the map --------------------------------------------------------------------------

  const Names = L.Layer.extend({
    onAdd() {
      this._paper = el("canvas", { class: "names", "aria-hidden": "true" });
      map.getPane("names").append(this._paper);
      map.on("moveend viewreset resize", this._write, this);
      map.on("zoomstart", this._clear, this);
      this._write();
    },
    onRemove() {
      this._paper.remove();
      map.off("moveend viewreset resize", this._write, this);
      map.off("zoomstart", this._clear, this);
    },
    _clear() { this._paper.width = 0; },
    _write() {
      const size = map.getSize(), ratio = window.devicePixelRatio || 1;
      L.DomUtil.setPosition(this._paper, map.containerPointToLayerPoint([0, 0]));
      this._paper.width = size.x * ratio;
      this._paper.height = size.y * ratio;
      this._paper.style.width = `${size.x}px`;
      this._paper.style.height = `${size.y}px`;
      const ctx = this._paper.getContext("2d");
      ctx.scale(ratio, ratio);
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.lineJoin = "round";
      const taken = controls();
      for (const word of namesInView(size)) write(ctx, word, taken, size);
    },
  });
  map.createPane("names").style.zIndex = 450;
  map.getPane("names").style.pointerEvents = "none";
  const names = new Names();

  // What lies over the map: no name is written beneath it.
  function controls() {
    const stage = map.getContainer().getBoundingClientRect();
    return ["ice", "legend", "scale"].map(byId)
      .concat(document.querySelector(".corner"), document.querySelector(".leaflet-control-zoom"))
      .filter((over) => !over.hidden)
      .map((over) => over.getBoundingClientRect())
      .map((r) => [r.left - stage.left, r.top - stage.top, r.right - stage.left, r.bottom - stage.top]);
  }

  function write(ctx, word, taken, size) {
    ctx.font = word.font;
    ctx.letterSpacing = word.spacing || "0px";
    const rows = word.text.split("\n"), line = 1.2 * parseFloat(word.font.match(/(\d+)px/)[1]);
    const wide = Math.max(...rows.map((row) => ctx.measureText(row).width));
    if (word.room && wide > word.room * 2.1) return;
    const x = word.x + (word.dot ? wide / 2 + 6 : 0), y = word.y, half = (line * rows.length) / 2;
    const box = [x - wide / 2 - 3 - (word.dot ? 8 : 0), y - half - 1, x + wide / 2 + 3, y + half + 1];
    if (box[0] < 2 || box[1] < 2 || box[2] > size.x - 2 || box[3] > size.y - 2) return;
    if (taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1])) return;
    taken.push(box);
    ctx.strokeStyle = word.halo;
    ctx.lineWidth = 3;
    ctx.fillStyle = word.ink;
    if (word.dot) {
      trace(ctx, "circle", word.x, word.y, 2);
      ctx.stroke();
      ctx.fill();
    }
    rows.forEach((row, i) => {
      const top = y - half + line * (i + 0.5);
      ctx.strokeText(row, x, top);
      ctx.fillText(row, x, top);
    });
  }

  const spot = (place) => map.latLngToContainerPoint(place);
  const inside = (p, size, pad) => p.x > pad && p.y > pad && p.x < size.x - pad && p.y < size.y - pad;
  function covers(ringOfPlaces, [x, y]) {
    let odd = false;
    for (let i = 0, j = ringOfPlaces.length - 1; i < ringOfPlaces.length; j = i++) {
      const [a, b] = ringOfPlaces[i].plane, [c, d] = ringOfPlaces[j].plane;
      if ((b > y) !== (d > y) && x < ((c - a) * (y - b)) / (d - b) + a) odd = !odd;
    }
    return odd;
  }
  const within = (place) => outline.some((part) => covers(part[0], plane.forward([place.lng, place.lat])));

  const FACE = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
  const pens = () => (dark.matches
    ? { paper: "#0f151b", grid: "#9fb2bf", sea: "#d0e6f4", seaHalo: "#1a2f3c", land: "#d7d2c8", landHalo: "#2c2e2f" }
    : { paper: "#f3f5f6", grid: "#526776", sea: "#2f6c96", seaHalo: "#e6f0f6", land: "#57503f", landHalo: "#efebe3" });

  function namesInView(size) {
    const pen = pens(), found = [];
    const scale = map.options.crs.scale(map.getZoom());
    if (gridOn) found.push(...gridNames(size, pen));
    if (!namesOn) return found;
    for (const [s, look] of [
      [sheet.countries, { font: `600 12px ${FACE}`, spacing: "2px", ink: pen.land, halo: pen.landHalo, caps: true }],
      [sheet.seas, { font: `italic 13px ${FACE}`, spacing: "0.5px", ink: pen.sea, halo: pen.seaHalo }],
    ]) {
      if (!s || !s.labels) continue;
      s.labels.map((label, i) => ({ label, i })).sort((a, b) => b.label[2] - a.label[2])
        .forEach(({ label, i }) => {
          const p = spot(at(label[0] * PATH_GRID, label[1] * PATH_GRID));
          const text = s.name(i);
          if (!text || !label[2] || !inside(p, size, 0)) return;
          const broken = text.length > 12 ? text.replace(/^(.{4,}?) (?=\S{3,})/, "$1\n") : text;
          found.push({ ...look, x: p.x, y: p.y, room: label[2] * PATH_GRID * scale,
            text: look.caps ? broken.toUpperCase() : broken });
        });
    }
    if (sheet.settlements && sheet.settlements.column.population) {
      const least = 4e5 / 4 ** Math.max(0, map.getZoom() - 0.5);
      for (const i of bySize()) {
        if ((sheet.settlements.value("population", i) || 0) < least) break;
        const p = spot(sheet.settlements.place(i));
        if (inside(p, size, 0)) {
          found.push({ text: sheet.settlements.title_of(i), font: `500 11.5px ${FACE}`.replace("11.5", "11"),
            ink: pen.land, halo: pen.landHalo, x: p.x, y: p.y, dot: true });
        }
      }
    }
    return found;
  }

  let ranked = null;
  function bySize() {
    if (!ranked) {
      const towns = sheet.settlements;
      ranked = Array.from({ length: towns.count }, (_, i) => i)
        .sort((a, b) => (towns.value("population", b) || 0) - (towns.value("population", a) || 0)).slice(0, 1500);
    }
    return ranked;
  }

  function gridNames(size, pen) {
    const found = [], look = { font: `11px ${FACE}`, ink: pen.grid, halo: pen.paper };
    for (let lng = -180; lng < 180; lng += 30) {
      let before = null;
      for (let lat = 45; lat <= 88; lat += 0.25) {
        const place = L.latLng(lat, lng);
        if (!within(place)) { before = place; continue; }
        const p = spot(place);
        if (before) {
          // Just outside the neat line, where it is crossed.
          const q = spot(before), far = p.distanceTo(q) || 1;
          const r = L.point(p.x + ((q.x - p.x) * 17) / far, p.y + ((q.y - p.y) * 12) / far);
          before = null;
          if (inside(r, size, 10)) { found.push({ ...look, text: longitude(lng), x: r.x, y: r.y }); break; }
        }
        if (inside(p, size, 16)) { found.push({ ...look, text: longitude(lng), x: p.x, y: p.y, halo: pen.seaHalo }); break; }
      }
    }
    for (let lat = 50; lat < 90; lat += 10) {
      for (const away of [165, -165, 135, -135, 105, -105, 75, -75, 45, -45, 15, -15]) {
        const place = L.latLng(lat, lon0 + away), p = spot(place);
        if (inside(p, size, 30) && within(place)) {
          found.push({ ...look, text: latitude(lat), x: p.x, y: p.y, halo: pen.seaHalo });
          break;
        }
      }
    }
    const p = spot(L.latLng(66.5622, lon0 + 150));
    if (inside(p, size, 30) && within(L.latLng(66.5622, lon0 + 150))) {
      found.push({ ...look, font: `italic 11px ${FACE}`, text: "Arctic Circle", x: p.x, y: p.y, halo: pen.seaHalo });
    }
    return found;
  }

  // --- scale: polar stereographic has one scale only at one latitude -------------------------------

  function scaleBar() {
    const middle = map.getSize().divideBy(2);
    const ends = [-50, 50].map((dx) => map.containerPointToLatLng(middle.add([dx, 0])));
    const metres = L.CRS.Earth.distance(...ends) / 100;
    const most = metres * 120, power = 10 ** Math.floor(Math.log10(most));
    const round = [5, 2, 1].map((k) => k * power).find((k) => k <= most);
    byId("scale-bar").style.width = `${round / metres}px`;
    byId("scale-text").textContent = `${number(round / 1000)} km at the centre of the view`;
    byId("scale").setAttribute("aria-label", `Scale: ${byId("scale-text").textContent}`);
  }

  // --- sea ice by month ----------------------------------------------------------------------------

  const ice = sheet.sea_ice;
  const month = byId("month");
  let ticking = 0;

  function setMonth(value) {
    ice.month = value;
    month.value = value;
    month.setAttribute("aria-valuetext", MONTHS[value - 1]);
    byId("ice-title").replaceChildren("Sea ice, ", el("strong", null, MONTHS[value - 1]));
    const shownNow = Array.from({ length: ice.count }, (_, i) => i).filter((i) => ice.drawn(i));
    const later = shownNow.find((i) => ice.value("year", i) !== null);
    const median = shownNow.some((i) => ice.value("year", i) === null);
    byId("ice-note").replaceChildren(
      median ? "Filled: median extent 1981–2010" : "Median extent unknown",
      later === undefined ? "." : `; dashed: ${MONTHS[value - 1]} ${ice.value("year", later)}.`,
      data.extent ? el("span", null, ` Extent on ${data.extent.date}: ${number(data.extent.million_km2)} million km².`) : "");
    if (ice.group) {
      for (const feature of ice.features) {
        const wanted = ice.drawn(feature.index);
        if (wanted !== ice.group.hasLayer(feature)) {
          if (wanted) ice.group.addLayer(feature);
          else ice.group.removeLayer(feature);
        }
      }
      if (ice.on) restack();
    }
  }

  function play(on) {
    clearInterval(ticking);
    ticking = on ? setInterval(() => setMonth((ice.month % 12) + 1), 900) : 0;
    byId("play").setAttribute("aria-pressed", String(on));
    byId("play").textContent = on ? "Pause" : "Play";
  }

  if (ice) {
    byId("ice").hidden = false;
    byId("ticks").append(...MONTHS.map((name) => el("li", null, name.charAt(0))));
    ice.month = Number(data.day.slice(5, 7));
    setMonth(ice.month);
    month.addEventListener("input", () => { play(false); setMonth(Number(month.value)); });
    byId("play").addEventListener("click", () => play(!ticking));
  }

  // --- swatches --------------------------------------------------------------------------------------

  function swatch(style, geometry, own) {
    const stroke = ink((own && own.stroke) || style.stroke), fill = ink((own && own.fill) || style.fill);
    const canvas = el("canvas", { class: "swatch", width: 66, height: 48, "aria-hidden": "true" });
    const ctx = canvas.getContext("2d");
    ctx.scale(3, 3);
    ctx.strokeStyle = stroke;
    ctx.fillStyle = own && own.hatch ? hatched(own.hatch, fill, stroke) : fill;
    ctx.lineWidth = Math.max((own && own.width) || style.width, 0.8);
    if (geometry === "line") {
      ctx.setLineDash(style.dash);
      ctx.globalAlpha = style.stroke_opacity;
      ctx.beginPath();
      ctx.moveTo(1, 8);
      ctx.lineTo(21, 8);
      ctx.stroke();
    } else if (geometry === "polygon") {
      ctx.globalAlpha = Math.max(style.fill_opacity, 0.1);
      ctx.fillRect(2, 2.5, 18, 11);
      ctx.globalAlpha = 1;
      if (!style.width) ctx.strokeStyle = ink(data.base.graticule.stroke);
      ctx.strokeRect(2, 2.5, 18, 11);
    } else {
      if (own && own.hollow) ctx.setLineDash([2, 1.6]);
      trace(ctx, (own && own.shape) || style.shape, 11, 8, Math.min((own && own.radius) || Math.max(style.radius, 4), 6.6));
      ctx.fill();
      ctx.stroke();
      if (own && own.dot) drop(ctx, stroke, 11, 8, 6);
    }
    return canvas;
  }

  // --- layer tree --------------------------------------------------------------------------------------

  const swatches = [];
  function swatchFor(...request) {
    const slot = el("span", { class: "slot" });
    const paint = () => slot.replaceChildren(swatch(...request));
    swatches.push(paint);
    paint();
    return slot;
  }

  const licences = (s) => [...new Set(s.sources.map((id) => (sources.has(id) ? sources.get(id).licence : "licence unknown")))].filter(Boolean);

  function toggle(id, title, on, icon, tail, act) {
    const box = el("input", { type: "checkbox", id: `show-${id}` });
    box.checked = on;
    box.addEventListener("change", () => act(box.checked));
    return el("div", { class: "row" }, box, icon,
      el("label", { for: `show-${id}` }, title), tail ? el("span", { class: "count" }, tail) : null);
  }

  function layerTree() {
    const home = byId("layers");
    for (const pillar of data.pillars) {
      const mine = sheets.filter((s) => s.pillar === pillar);
      if (!mine.length) continue;
      home.append(el("details", { class: "pillar", open: true },
        el("summary", null, upper(pillar)), mine.map((s) => {
          const legend = s.classes.size ? { ...[...s.classes.values()][0], shape: s.shapes.size ? "circle" : undefined } : null;
          const row = toggle(s.id, s.title, s.on, swatchFor(s.style, s.geometry, legend), number(s.rows), (on) => {
            show(s, on);
            restack();
            drawLegend();
            if (s === ice) byId("ice").hidden = !on;
          });
          const facts = [s.as_of ? `As of ${s.as_of}` : "As-of date unknown", ...licences(s)].join(" · ");
          const late = s.sources.filter((id) => data.late.includes(id));
          return el("div", { class: "layer" }, row, el("p", { class: "small" }, facts),
            s.note ? el("p", { class: "small note" }, s.note) : null,
            late.length ? el("p", { class: "small late" },
              `▲ ${late.map((id) => `${sources.get(id).title}: ${sources.get(id).state}`).join("; ")}`) : null);
        })));
    }
    home.append(el("details", { class: "pillar", open: true }, el("summary", null, "Base"),
      toggle("graticule", "Graticule and its labels", true, swatchFor(data.base.graticule, "line"), "", (on) => {
        gridOn = on;
        for (const line of [base.graticule, base.circle]) on ? line.addTo(map) : line.remove();
        restack();
        names._write();
      }),
      toggle("names", "Names of countries, seas and towns", true, el("span", { class: "slot letter" }, "Aa"), "", (on) => {
        namesOn = on;
        names._write();
      })));
  }
  let gridOn = true, namesOn = true;

  // --- legend --------------------------------------------------------------------------------------------

  function drawLegend() {
    const parts = [];
    const entry = (icon, text) => el("li", null, icon, el("span", null, text));
    if (nodes && nodes.on) {
      const shapeLook = { fill: data.base.region.fill, stroke: data.base.region.stroke, radius: 4.6, width: 1 };
      parts.push(el("h3", null, "Nodes: the flag"), el("ul", null,
        nodes.style.classes.map((c) => entry(swatch(nodes.style, "point", c), c.label))));
      parts.push(el("h3", null, "Nodes: the kind"), el("ul", null,
        nodes.style.shapes.map((s) => entry(swatch(nodes.style, "point", { ...shapeLook, shape: s.shape }), s.label)),
        nodes.column.dual_use_class ? entry(swatch(nodes.style, "point", { ...shapeLook, dot: true }), "Dot: documented dual use (D3)") : null));
    }
    const plain = [];
    for (const s of [...sheets].sort((a, b) => b.style.order - a.style.order)) {
      if (!s.on || s === nodes || (s.geometry === "polygon" && !s.style.fill_opacity)) continue;
      if (s.classes.size) {
        parts.push(el("h3", null, s.title), el("ul", null,
          s.style.classes.map((c) => entry(swatch(s.style, s.geometry, c), c.label))));
      } else plain.push(entry(swatch(s.style, s.geometry), s.title));
    }
    if (plain.length) parts.push(el("h3", null, "Other layers shown"), el("ul", null, plain));
    byId("legend-body").replaceChildren(...parts);
  }

  // --- filters -----------------------------------------------------------------------------------------------

  const FILTERS = [["flag", "Flag"], ["kind", "Kind"], ["country_iso3", "Country"], ["institution", "Institution"]];
  const refused = Object.fromEntries(FILTERS.map(([name]) => [name, new Set()]));
  const key = (value) => (value === null ? "unknown" : String(value));
  const passes = (i) => FILTERS.every(([name]) => !refused[name].has(key(nodes.value(name, i))));

  function filter() {
    let left = 0;
    for (let i = 0; i < nodes.count; i++) if (passes(i)) left++;
    byId("shown").textContent = `${number(left)} of ${count(nodes.count, "node")} shown`;
    for (const feature of nodes.features || []) feature.hidden = !passes(feature.index);
    if (renderer._map) renderer._updatePaths();
    listFlagged();
  }

  function said(name, value) {
    const known = { flag: nodes.classes, kind: nodes.shapes }[name];
    return known && known.has(value) ? known.get(value).label : MEMBER[value] || upper(words(value));
  }
  function countryName(code) {
    const all = sheet.countries, codes = all && (all.column.country_iso3 || all.column.iso3);
    for (let i = 0; codes && i < all.count; i++) if (cell(codes, i) === code) return all.name(i) || code;
    return code;
  }
  const MEMBER = { both: "NATO and EU", nato_only: "NATO only", eu_only: "EU only", neither: "Neither NATO nor EU" };

  function filters() {
    if (!nodes) {
      byId("filters").hidden = byId("flagged").hidden = true;
      return;
    }
    for (const [name, title] of FILTERS) {
      const tally = new Map();
      for (let i = 0; i < nodes.count; i++) {
        const value = key(nodes.value(name, i));
        tally.set(value, (tally.get(value) || 0) + 1);
      }
      const listed = name === "flag" ? [...nodes.classes.keys()] : name === "kind" ? [...nodes.shapes.keys()] : [];
      const values = [...listed.filter((v) => tally.has(v)),
        ...[...tally.keys()].filter((v) => !listed.includes(v)).sort()];
      const boxes = values.map((value, k) => {
        const box = el("input", { type: "checkbox", id: `only-${name}-${k}` });
        box.checked = true;
        box.addEventListener("change", () => {
          refused[name][box.checked ? "delete" : "add"](value);
          filter();
        });
        return el("div", { class: "row" }, box, el("label", { for: box.id }, name === "country_iso3" ? countryName(value) : said(name, value)),
          el("span", { class: "count" }, number(tally.get(value))));
      });
      const all = el("button", { type: "button", class: "plain" }, "All or none");
      all.addEventListener("click", () => {
        const every = boxes.every((row) => row.firstChild.checked);
        values.forEach((value, k) => {
          boxes[k].firstChild.checked = !every;
          refused[name][every ? "add" : "delete"](value);
        });
        filter();
      });
      byId("choices").append(el("details", { class: "pillar" }, el("summary", null, title),
        el("fieldset", null, el("legend", { class: "hide" }, title), boxes, all)));
    }
    filter();
  }

  const LISTED = 40;
  function listFlagged() {
    const chosen = [];
    for (let i = 0; i < nodes.count; i++) {
      if (["robust", "possible"].includes(nodes.value("flag", i)) && passes(i)) chosen.push(i);
    }
    chosen.sort((a, b) => nodes.value("flag_probability", b) - nodes.value("flag_probability", a)
      || nodes.title_of(a).localeCompare(nodes.title_of(b), "en"));
    byId("flagged-note").textContent = chosen.length
      ? `${count(chosen.length, "node")} robust or possible, by probability; ties are ties.${chosen.length > LISTED ? ` The first ${LISTED}:` : ""}`
      : "No node shown is flagged robust or possible.";
    byId("flagged-list").replaceChildren(...chosen.slice(0, LISTED).map((i) => el("li", null, opener(nodes, i,
      probability(nodes.value("flag_probability", i))))));
  }
  const probability = (p) => (p === null ? "p unknown" : `p ${p.toFixed(2)}`);

  function opener(s, i, tail) {
    const button = el("button", { type: "button", class: "item" }, s === nodes ? icon(i) : swatch(s.style, s.geometry, s.class_of(i)),
      el("span", { class: "what" }, s.title_of(i)), el("span", { class: "count" }, tail));
    button.addEventListener("click", () => open(s, i, { move: true, focus: true }));
    return button;
  }

  function icon(i) {
    const own = nodes.class_of(i), shape = nodes.shapes.get(String(nodes.value("kind", i)));
    return swatch(nodes.style, "point", { ...(own || {}), shape: (shape || nodes.style).shape, radius: 5.6, dot: nodes.value("dual_use_class", i) === "D3" });
  }

  // --- search ----------------------------------------------------------------------------------------------------

  const search = byId("search"), hits = byId("hits");
  let index = null, found = [], active = -1;

  function lookup(text) {
    if (!index) {
      // Nodes first, then places; long lists of unnamed road segments add nothing.
      index = [];
      for (const s of [...sheets].sort((a, b) => b.style.order - a.style.order)) {
        if (s === ice) continue;
        for (let i = 0; i < s.count; i++) {
          const name = s.name(i);
          if (name) index.push({ s, i, name: fold(name) });
        }
      }
    }
    const wanted = fold(text.trim());
    if (!wanted) return [];
    const grade = (name) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(` ${wanted}`) ? 2 : 3);
    return index.filter((row) => row.name.includes(wanted))
      .map((row, k) => ({ ...row, k, grade: grade(row.name) }))
      .sort((a, b) => a.grade - b.grade || a.k - b.k).slice(0, 12);
  }

  function listHits() {
    found = lookup(search.value);
    active = found.length ? 0 : -1;
    const none = search.value.trim() && !found.length;
    hits.replaceChildren(...found.map((row, k) => {
      const item = el("li", { role: "option", id: `hit-${k}`, "aria-selected": String(k === active) },
        row.s === nodes ? icon(row.i) : swatch(row.s.style, row.s.geometry, row.s.class_of(row.i)),
        el("span", { class: "what" }, row.s.name(row.i)),
        el("span", { class: "count" }, row.s === nodes ? said("kind", key(nodes.value("kind", row.i))) : row.s.title));
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(k); });
      return item;
    }), ...(none ? [el("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, "No place of that name")] : []));
    hits.hidden = !found.length && !none;
    search.setAttribute("aria-expanded", String(!hits.hidden));
    mark();
  }

  function mark() {
    [...hits.children].forEach((item, k) => item.setAttribute("aria-selected", String(k === active)));
    if (active < 0) search.removeAttribute("aria-activedescendant");
    else {
      search.setAttribute("aria-activedescendant", `hit-${active}`);
      hits.children[active].scrollIntoView({ block: "nearest" });
    }
  }

  function choose(k) {
    const row = found[k];
    if (!row) return;
    closeHits();
    open(row.s, row.i, { move: true, focus: true });
  }
  function closeHits() {
    hits.hidden = true;
    search.setAttribute("aria-expanded", "false");
    search.removeAttribute("aria-activedescendant");
  }
  search.addEventListener("input", listHits);
  search.addEventListener("focus", () => { if (search.value) listHits(); });
  search.addEventListener("blur", closeHits);
  search.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      active = (active + step + found.length) % found.length;
      mark();
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape") closeHits();
  });

  // --- details ------------------------------------------------------------------------------------------------------

  const details = byId("details");
  let ring = null, opened = null, back = null, folded = false;

  function open(s, i, { move = false, focus = false, from = null } = {}) {
    opened = { s, i };
    if (focus) back = document.activeElement;
    drawer(false);
    if (!s.on) byId(`show-${s.id}`).click();
    const near = from ? neighbours(from.containerPoint, s, i) : [];
    details.replaceChildren(...(s === nodes ? nodeDetails(i) : featureDetails(s, i)),
      ...(near.length ? [el("h3", null, "Also here"), el("ul", { class: "near" }, near.map(([t, k]) => el("li", null, opener(t, k, t.title))))] : []));
    details.hidden = false;
    details.scrollTop = 0;
    map.invalidateSize({ pan: false });
    if (byId("legend").open && map.getSize().x < 820) {
      byId("legend").open = false;
      folded = true;
    }
    select(s, i);
    if (move) go(s.place(i), s.geometry === "point" ? 4 : 2.5);
    if (focus) details.querySelector("h2").focus();
  }

  function go(place, least) {
    if (!place) return;
    const zoom = Math.max(map.getZoom(), least);
    const low = narrow.matches ? details.offsetHeight / 2 : 0;
    const target = map.unproject(map.project(place, zoom).add([0, low]), zoom);
    map.setView(target, zoom, { animate: !calm.matches && map.getZoom() === zoom });
    atHome = false;
  }

  function select(s, i) {
    if (ring) ring.remove();
    const look = data.base.selection, style = { color: ink(look.stroke), weight: look.width, fill: false, interactive: false };
    ring = s.geometry === "point" ? new Mark(s.place(i), { ...style, radius: s.look(i).radius + 5, shape: "circle" })
      : s.geometry === "line" ? L.polyline(s.paths[i].map((part) => path(part[0])), { ...style, weight: 5, opacity: 0.6 })
      : L.polygon(s.paths[i].map((part) => part.map(path)), style);
    ring.addTo(map).bringToFront();
  }

  function close() {
    if (details.hidden) return;
    details.hidden = true;
    opened = null;
    if (ring) ring.remove();
    ring = null;
    map.invalidateSize({ pan: false });
    if (folded) byId("legend").open = true;
    folded = false;
    if (back && back.isConnected && back.offsetParent) back.focus();
    else if (details.contains(document.activeElement) || document.activeElement === document.body) map.getContainer().focus({ preventScroll: true });
    back = null;
  }

  function neighbours(point, s, i) {
    const near = [];
    for (const t of sheets) {
      if (!t.on || t.geometry !== "point") continue;
      for (const feature of t.features) {
        if (feature.hidden || (t === s && feature.index === i)) continue;
        const away = spot(feature.getLatLng()).distanceTo(point);
        if (away < 10) near.push([t, feature.index, away]);
      }
    }
    return near.sort((a, b) => b[0].style.order - a[0].style.order || a[2] - b[2]).slice(0, 8);
  }

  function heading(kind, title, image) {
    const shut = el("button", { type: "button", class: "close", "aria-label": "Close details" }, "×");
    shut.addEventListener("click", close);
    return el("header", { class: "title" }, image,
      el("div", null, el("p", { class: "kind" }, kind), el("h2", { tabindex: "-1" }, title)), shut);
  }

  const fact = (term, value, title) => [el("dt", title ? { title } : null, term), el("dd", null, value)];

  function origin(id, asOf) {
    const source = sources.get(id);
    return el("dl", { class: "facts" },
      fact("Source", source ? `${source.title}, ${source.publisher}` : shown(id)),
      fact("As of", shown(asOf)),
      fact("Licence", source ? source.licence : shown(null)),
      source && source.state ? fact("State", words(source.state)) : null);
  }

  const SPINE = ["name", "source_id", "as_of"];
  function table(s, i, skip) {
    const rows = s.columns.filter((column) => !skip.includes(column.name));
    return rows.length ? el("dl", { class: "facts" }, rows.map((column) => fact(
      upper(words(column.name)), shown(cell(column, i), column.unit), column.meaning))) : null;
  }

  function featureDetails(s, i) {
    const place = s.geometry === "point" ? s.place(i) : null;
    return [
      heading(s.title, s.title_of(i), swatch(s.style, s.geometry, s.class_of(i))),
      s.note ? el("p", { class: "small note" }, s.note) : null,
      table(s, i, SPINE),
      place ? el("dl", { class: "facts" }, fact("Position", `${latitude(place.lat)}, ${longitude(place.lng)}`)) : null,
      origin(s.value("source_id", i), s.value("as_of", i)),
    ].filter(Boolean);
  }

  const DUAL = {
    D3: "documented: an official public document says so",
    D2: "capable: an inference from public attributes",
    D1: "partial: one required attribute",
    D0: "none found",
    "D?": "unknown: too little is known",
  };
  const AXES = [["climate", "Climate risk"], ["military", "Military relevance"], ["civil", "Civil dependence"]];
  const covered = (share) => (share === null ? "coverage unknown"
    : `${Math.round(100 * share)} % known, ${share >= 0.9 ? "nearly complete" : share >= 0.7 ? "mostly known" : share >= 0.5 ? "partly known" : "mostly unknown"}`);

  function bar(axis, title, i) {
    const [low, high, known, coverage] = ["low", "high", "known", "coverage"]
      .map((part) => nodes.value(`${axis}_${part}`, i));
    const blank = low === null || high === null;
    const fixed = (v) => v.toFixed(2);
    const text = blank ? "unknown"
      : `${fixed(low)} to ${fixed(high)}${known === null ? "" : `, known part ${fixed(known)}`}`;
    const x = (v) => 2 + 96 * v;
    return el("div", { class: "axis" },
      el("p", null, el("strong", null, title), el("span", blank ? { class: "unknown" } : null, text)),
      el("svg:svg", { viewBox: "0 0 100 14", preserveAspectRatio: "none", role: "img", "aria-label": `${title}: ${text}; ${covered(coverage)}` },
        el("svg:rect", { class: blank ? "trough blank" : "trough", x: 2, y: 4, width: 96, height: 6 }),
        [0.25, 0.5, 0.75].map((v) => el("svg:line", { class: "grid", x1: x(v), x2: x(v), y1: 4, y2: 10 })),
        blank ? null : el("svg:rect", { class: `band ${axis}`, x: x(low), y: 2.5, width: Math.max(96 * (high - low), 0.8), height: 9 }),
        blank || known === null ? null : el("svg:line", { class: "known", x1: x(known), x2: x(known), y1: 0, y2: 14 })),
      el("p", { class: "small" }, covered(coverage)));
  }

  const list = (text) => (text ? el("ul", { class: "plainlist" }, text.split(";").map((part) => part.trim()).filter(Boolean)
    .map((part) => el("li", null, part))) : shown(null));

  function nodeDetails(i) {
    const get = (name) => nodes.value(name, i);
    const flag = nodes.classes.get(get("flag"));
    const p = get("flag_probability"), dual = get("dual_use_class");
    const ranks = ["rank_low", "rank_median", "rank_high"].map(get);
    const special = get("special_status");
    return [
      heading(said("kind", key(get("kind"))), nodes.title_of(i), icon(i)),
      el("p", { class: "badges" },
        el("span", { class: `flag ${flag ? flag.value : ""}` }, flag ? flag.label.replace(/ \(.*/, "") : "Flag unknown"),
        el("span", null, p === null ? "probability unknown" : `probability ${p.toFixed(2)}`)),
      el("div", { class: "axes" }, AXES.map(([axis, title]) => bar(axis, title, i)),
        el("p", { class: "small key" }, "Bar: lowest to highest possible, 0 to 1. Tick: the known part alone.")),
      el("dl", { class: "facts" },
        fact("Dual-use class", dual ? `${dual}, ${DUAL[dual] || ""}` : shown(null)),
        fact("Rank in kind", ranks[1] === null ? shown(null)
          : `${number(ranks[1])} (5 to 95 %: ${ranks[0] === null ? "unknown" : number(ranks[0])} to ${ranks[2] === null ? "unknown" : number(ranks[2])})`),
        fact("Country", get("country_iso3") ? countryName(get("country_iso3")) : shown(null)),
        fact("Institution", get("institution") ? said("institution", get("institution")) : shown(null)),
        special ? fact("Special status", upper(words(special))) : null,
        fact("Position", [`${latitude(get("latitude_deg") ?? nodes.place(i).lat)}, ${longitude(get("longitude_deg") ?? nodes.place(i).lng)}`,
          get("position_uncertainty_km") === null ? ", uncertainty unknown" : ` ± ${number(get("position_uncertainty_km"))} km`])),
      el("h3", null, "Reasons"),
      get("reasons") ? el("p", { class: "reasons" }, get("reasons")) : el("p", null, shown(null)),
      el("dl", { class: "facts" },
        fact("NATO baseline requirements", list(get("baseline_requirements"))),
        fact("CER sectors", list(get("cer_sectors"))),
        nodes.column.sources ? fact("Position and attributes from", list(get("sources"))) : null,
        fact("Key", get("node_id"))),
      el("h3", null, "Evidence"),
      ...evidenceOf(i),
      origin(get("source_id"), get("as_of")),
    ];
  }

  let evidence;
  const AXIS_NAMES = { climate: "Climate risk", military: "Military relevance", civil: "Civil dependence", access: "Sea access", dual_use: "Dual use" };
  function evidenceOf(i) {
    if (evidence === undefined) evidence = block("evidence-data");
    const first = evidence ? evidence.starts[i] : 0, last = evidence ? evidence.starts[i + 1] : 0;
    if (first === last) return [el("p", null, "No evidence row is stored for this node.")];
    const column = Object.fromEntries(evidence.columns.map((c) => [c.name, c]));
    const saying = Object.fromEntries(evidence.sayings.map((c) => [c.name, c]));
    const get = (name, row) => (saying[name] ? cell(saying[name], evidence.saying[row]) : cell(column[name], row));
    const rows = Array.from({ length: last - first }, (_, k) => first + k);
    const axes = [...new Set(rows.map((row) => get("axis", row)))];
    const head = ["Indicator", "Value", "Score", "Weight", "State"];
    return axes.map((axis) => el("table", { class: "evidence" },
      el("caption", null, AXIS_NAMES[axis] || upper(words(key(axis)))),
      el("thead", null, el("tr", null, head.map((title) => el("th", { scope: "col" }, title)))),
      rows.filter((row) => get("axis", row) === axis).map((row) => {
        const state = key(get("state", row)), known = state === "known";
        const source = get("source_id", row);
        const foot = [source === null ? "source unknown" : sources.has(source) ? sources.get(source).title : source,
          get("as_of", row) === null ? "as of unknown" : `as of ${get("as_of", row)}`, get("note", row)].filter(Boolean);
        const figure = (name, unit) => {
          const value = get(name, row);
          return value === null && state === "not_applicable" ? "–"
            : shown(value === null ? null : name === "value" ? value : Math.round(value * 1e4) / 1e4, unit);
        };
        const score = (at, low) => {
          const high = get("score_high", at);
          return high === null ? low : [low, " to ", String(Math.round(high * 1e4) / 1e4)];
        };
        return el("tbody", { class: known ? null : "missing" },
          el("tr", null, el("th", { scope: "row" }, get("indicator", row) === null ? shown(null) : upper(words(get("indicator", row)))), el("td", null, figure("value", get("unit", row))),
            el("td", null, score(row, figure("score"))), el("td", null, figure("weight")), el("td", null, words(state))),
          el("tr", { class: "foot" }, el("td", { colspan: head.length }, foot.join(" · "))));
      })));
  }

  // --- strip, caveats, sources --------------------------------------------------------------------------------------------

  function strip() {
    byId("scope").textContent = `${data.region.title} · ${data.scenario}`;
    const late = data.late.length;
    byId("status").className = data.status.toLowerCase();
    byId("status").replaceChildren(
      el("span", { class: "sign", "aria-hidden": "true" }, late ? "▲" : "●"), el("strong", null, data.status),
      el("span", { class: "why" }, late
        ? `${late} of ${count(data.sources.length, "source")} stale, held or missing`
        : data.not_held.length ? `${count(data.not_held.length, "known source")} not held` : "every source held"));
    // The age is by the reader's clock: a stored page cannot know when it is read.
    const days = Math.floor((Date.now() - Date.parse(`${data.day}T00:00:00Z`)) / 864e5);
    const age = days < 0 ? "dated after your clock's today" : days === 0 ? "today" : `${count(days, "day")} old`;
    byId("asof").replaceChildren(el("span", null, `As of ${data.day}`), el("span", { class: "age" }, age));
    byId("first-caveats").textContent = data.caveats.slice(0, 2).join(" ");
    byId("caveats-open").textContent = `All ${data.caveats.length} caveats, sources`;
  }

  function about() {
    const dialog = byId("about");
    const shut = el("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
    shut.addEventListener("click", () => dialog.close());
    const link = (source) => (/^https?:\/\//.test(source.homepage)
      ? el("a", { href: source.homepage, rel: "noopener noreferrer", target: "_blank" }, source.title) : source.title);
    dialog.append(
      el("header", { class: "title" }, el("h2", { id: "about-title" }, "Caveats and sources"), shut),
      el("h3", { id: "caveats-title" }, "Caveats"), el("ol", { class: "caveats" }, data.caveats.map((sentence) => el("li", null, sentence))),
      el("h3", { id: "sources-title" }, "Sources"),
      el("div", { class: "wide", tabindex: "0", role: "region", "aria-labelledby": "sources-title" }, el("table", { class: "sources" },
        el("thead", null, el("tr", null, ["Source", "Feeds", "As of", "State", "Licence", "Citation"].map((title) => el("th", { scope: "col" }, title)))),
        el("tbody", null, data.sources.map((source) => el("tr", data.late.includes(source.id) ? { class: "late" } : null,
          el("th", { scope: "row" }, link(source), el("span", { class: "small" }, source.publisher)),
          el("td", null, shown(words(source.feeds) || null)), el("td", null, shown(source.as_of || null)),
          el("td", null, data.late.includes(source.id) ? `▲ ${source.state}`
            : data.not_held.includes(source.id) ? "○ not held" : shown(words(source.state) || null)),
          el("td", null, shown(source.licence || null)), el("td", null, shown(source.citation || null))))))),
      el("p", { class: "small" }, "Drawn with Leaflet 1.9.4 (BSD-2-Clause), Proj4js 2.20.9 (MIT) and Proj4Leaflet 1.0.2 (BSD-2-Clause); shell by folium (MIT). "
        + "Projection EPSG:3413, WGS 84 / NSIDC polar stereographic north: shapes are kept, areas are not."));
    for (const id of ["about-open", "caveats-open"]) byId(id).addEventListener("click", () => dialog.showModal());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }

  // --- drawer on narrow screens -----------------------------------------------------------------------------------------------

  function drawer(on) {
    document.body.classList.toggle("drawer", on);
    byId("panel-toggle").setAttribute("aria-expanded", String(on));
    byId("panel-toggle").textContent = on ? "Close" : "Layers";
  }
  byId("panel-toggle").addEventListener("click", () => drawer(!document.body.classList.contains("drawer")));

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || byId("about").open || document.activeElement === search) return;
    if (document.body.classList.contains("drawer")) drawer(false);
    else close();
  });

  // --- go -----------------------------------------------------------------------------------------------------------------------

  map.getContainer().setAttribute("aria-label", "Polar map. Arrow keys move, plus and minus zoom; search opens a place.");
  byId("legend").open = !narrow.matches;
  byId("legend").addEventListener("toggle", () => names._map && names._write());
  strip();
  about();
  layerTree();
  fit();
  for (const layer of Object.values(base)) layer.addTo(map);
  inkBase();
  for (const s of sheets) if (s.on) show(s, true);
  filters();
  restack();
  drawLegend();
  names.addTo(map);
  scaleBar();
  map.on("moveend", scaleBar);
  map.on("dragend zoomend", () => { atHome = false; });
  // A tool that changes shape changes the view; a view nobody moved keeps showing the whole region.
  new ResizeObserver(() => {
    if (map.getSize().equals(L.point(map.getContainer().clientWidth, map.getContainer().clientHeight))) return;
    map.invalidateSize({ pan: false });
    if (atHome && details.hidden) { fit(); atHome = true; }
  }).observe(map.getContainer());
  dark.addEventListener("change", () => {
    inkBase();
    for (const s of sheets) s.restyle();
    for (const paint of swatches) paint();
    drawLegend();
    names._write();
    if (nodes) listFlagged();
    if (opened) open(opened.s, opened.i);
  });

  window.arcticPicture.select = (id) => {
    if (!nodes) return false;
    for (let i = 0; i < nodes.count; i++) {
      if (nodes.value("node_id", i) === id) {
        open(nodes, i, { move: true, focus: true });
        return true;
      }
    }
    return false;
  };
  atHome = true;
  requestAnimationFrame(() => requestAnimationFrame(() => { document.documentElement.dataset.ready = "true"; }));
}

window.arcticPicture = { start };
})();
