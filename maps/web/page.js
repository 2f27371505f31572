// The polar map. Data come from the JSON blocks of the page; every text reaches the screen as a
// text node. Nothing here fetches, evaluates or writes markup.
(() => {
"use strict";

// --- projection ---------------------------------------------------------------------------------

const POLAR = "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m";
const RESOLUTIONS = Array.from({ length: 11 }, (_, zoom) => 32768 / 2 ** zoom); // metres a pixel
const POINT_GRID = 10;
const PATH_GRID = 100;
const AFAR = 1 / 3500; // pixels a metre: up to here shapes are drawn as they are from afar
proj4.defs("EPSG:3413", POLAR);
const plane = proj4("EPSG:3413");

// The CRS whose meridian `lon0` points down. A turned CRS is the plane of EPSG:3413 turned, so a
// vertex that knows its place there need not be projected again at every zoom.
function polarCrs(lon0) {
  const name = lon0 === -45 ? "EPSG:3413" : `EPSG:3413 turned to ${lon0}`;
  const crs = new L.Proj.CRS(name, POLAR.replace("+lon_0=-45", `+lon_0=${lon0}`), {
    resolutions: RESOLUTIONS,
  });
  crs.turn = (lon0 + 45) * Math.PI / 180;
  const turn = crs.turn, cos = Math.cos(turn), sin = Math.sin(turn);
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

// Whole numbers written five bits a character; `_packed` of maps/web/page.py is the other end.
const CODE = new Uint8Array(128);
[..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].forEach((c, k) => { CODE[c.charCodeAt(0)] = k; });
function unpack(text) {
  const numbers = new Int32Array(text.length);
  let count = 0;
  for (let i = 0, value = 0, shift = 0; i < text.length; i++) {
    const digit = CODE[text.charCodeAt(i)];
    value |= (digit & 31) << shift;
    if (digit > 31) shift += 5;
    else {
      numbers[count++] = (value >>> 1) ^ -(value & 1);
      value = shift = 0;
    }
  }
  return numbers.slice(0, count);
}

// Places where a count of things begins and, last, where all end.
function startsOf(counts) {
  const starts = new Int32Array(counts.length + 1);
  counts.forEach((n, i) => { starts[i + 1] = starts[i] + n; });
  return starts;
}

// The rings of a layer's shapes in metres of the plane: flat arrays, nothing made for a vertex.
class Rings {
  constructor({ shapes, rings, steps }) {
    this.first = startsOf(unpack(shapes)); // of each shape among the rings
    this.start = startsOf(unpack(rings)); // of each ring among the points
    const xy = unpack(steps);
    for (let i = 0, x = 0, y = 0; i < xy.length; i += 2) {
      xy[i] = (x += xy[i] * PATH_GRID);
      xy[i + 1] = (y += xy[i + 1] * PATH_GRID);
    }
    this.xy = xy;
    this.box = new Int32Array(4 * (this.start.length - 1)); // west, south, east, north of each ring
    for (let r = 0; r < this.start.length - 1; r++) {
      const first = 2 * this.start[r], last = 2 * this.start[r + 1], k = 4 * r;
      let w = xy[first], s = xy[first + 1], e = w, n = s;
      for (let i = first + 2; i < last; i += 2) {
        const x = xy[i], y = xy[i + 1];
        if (x < w) w = x; else if (x > e) e = x;
        if (y < s) s = y; else if (y > n) n = y;
      }
      this.box[k] = w; this.box[k + 1] = s; this.box[k + 2] = e; this.box[k + 3] = n;
    }
  }

  near(r, box) {
    const b = this.box, k = 4 * r;
    return b[k] <= box[2] && b[k + 2] >= box[0] && b[k + 1] <= box[3] && b[k + 3] >= box[1];
  }

  // Trace a shape in pixels. Points that move the pen by less than half a pixel are left out, and
  // so are runs that lie wholly on one side of the view.
  trace(ctx, shape, view, closed, least = 0.9) {
    const { xy, start, box } = this, { a, b, e, f, wide, high } = view, speck = 0.9 / view.scale;
    let any = false;
    for (let r = this.first[shape]; r < this.first[shape + 1]; r++) {
      const k = 4 * r;
      if (closed && box[k + 2] - box[k] < speck && box[k + 3] - box[k + 1] < speck) continue;
      if (!this.near(r, view.bounds)) continue;
      any = true;
      let px = NaN, py = NaN, side = 0, hx = 0, hy = 0, held = false;
      for (let i = 2 * start[r], stop = 2 * start[r + 1]; i < stop; i += 2) {
        const x = a * xy[i] + b * xy[i + 1] + e, y = b * xy[i] - a * xy[i + 1] + f;
        const now = (x < -9 ? 1 : x > wide + 9 ? 2 : 0) | (y < -9 ? 4 : y > high + 9 ? 8 : 0);
        if (i === 2 * start[r]) ctx.moveTo(x, y);
        else {
          const last = i === stop - 2;
          if (!last && ((now & side) || (!now && Math.abs(x - px) + Math.abs(y - py) < least))) {
            held = (now & side) !== 0;
            hx = x; hy = y;
            if (now & side) { side = now & side; }
            continue;
          }
          if (held) ctx.lineTo(hx, hy);
          ctx.lineTo(x, y);
        }
        held = false;
        px = x; py = y; side = now;
      }
      if (closed) ctx.closePath();
    }
    return any;
  }

  covers(shape, [x, y]) {
    let odd = false;
    for (let r = this.first[shape]; r < this.first[shape + 1]; r++) {
      if (!this.near(r, [x, y, x, y])) continue;
      const from = 2 * this.start[r], to = 2 * this.start[r + 1];
      for (let i = from, j = to - 2; i < to; j = i, i += 2) {
        const a = this.xy[i], b = this.xy[i + 1], c = this.xy[j], d = this.xy[j + 1];
        if ((b > y) !== (d > y) && x < ((c - a) * (y - b)) / (d - b) + a) odd = !odd;
      }
    }
    return odd;
  }

  // Metres in the plane from a place to a line, Infinity beyond `reach`.
  away(shape, [x, y], reach) {
    let least = Infinity;
    for (let r = this.first[shape]; r < this.first[shape + 1]; r++) {
      if (!this.near(r, [x - reach, y - reach, x + reach, y + reach])) continue;
      for (let i = 2 * this.start[r]; i < 2 * this.start[r + 1] - 2; i += 2) {
        const u = this.xy[i + 2] - this.xy[i], v = this.xy[i + 3] - this.xy[i + 1];
        const t = Math.max(0, Math.min(1, ((x - this.xy[i]) * u + (y - this.xy[i + 1]) * v) / (u * u + v * v || 1)));
        least = Math.min(least, Math.hypot(x - this.xy[i] - t * u, y - this.xy[i + 1] - t * v));
      }
    }
    return least <= reach ? least : Infinity;
  }
}

// Length of the geodesic on WGS 84 and in metres: Vincenty (1975), doi 10.1179/sre.1975.23.176.88.
// It fails only near antipodes, which no two places of this map are.
function geodesic([lng1, lat1], [lng2, lat2]) {
  const A = 6378137, F = 1 / 298.257223563, B = A * (1 - F), rad = Math.PI / 180;
  const u1 = Math.atan((1 - F) * Math.tan(lat1 * rad)), u2 = Math.atan((1 - F) * Math.tan(lat2 * rad));
  const L0 = (lng2 - lng1) * rad, s1 = Math.sin(u1), c1 = Math.cos(u1), s2 = Math.sin(u2), c2 = Math.cos(u2);
  let lambda = L0, sine, cosine, sigma, alpha2, middle;
  for (let k = 0; k < 100; k++) {
    sine = Math.hypot(c2 * Math.sin(lambda), c1 * s2 - s1 * c2 * Math.cos(lambda));
    if (sine === 0) return 0;
    cosine = s1 * s2 + c1 * c2 * Math.cos(lambda);
    sigma = Math.atan2(sine, cosine);
    const alpha = (c1 * c2 * Math.sin(lambda)) / sine;
    alpha2 = 1 - alpha * alpha;
    middle = alpha2 ? cosine - (2 * s1 * s2) / alpha2 : 0;
    const c = (F / 16) * alpha2 * (4 + F * (4 - 3 * alpha2)), before = lambda;
    lambda = L0 + (1 - c) * F * alpha * (sigma + c * sine * (middle + c * cosine * (2 * middle * middle - 1)));
    if (Math.abs(lambda - before) < 1e-12) break;
  }
  const u = (alpha2 * (A * A - B * B)) / (B * B);
  const p = 1 + (u / 16384) * (4096 + u * (u * (320 - 175 * u) - 768));
  const q = (u / 1024) * (256 + u * (u * (74 - 47 * u) - 128));
  const rest = q * sine * (middle + (q / 4) * (cosine * (2 * middle * middle - 1)
    - (q / 6) * middle * (4 * sine * sine - 3) * (4 * middle * middle - 3)));
  return B * p * (sigma - rest);
}

// --- small things -------------------------------------------------------------------------------

const byId = (id) => document.getElementById(id);
const afterParsing = (act) => (document.readyState === "loading" ? addEventListener("DOMContentLoaded", act, { once: true }) : act());
const block = (id) => JSON.parse(byId(id).textContent);
const RAD = Math.PI / 180;
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];
const system = matchMedia("(prefers-color-scheme: dark)");
let theme = "system", printing = false;
const isDark = () => !printing && (theme === "system" ? system.matches : theme === "dark");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 800px)");
const ink = (pair) => (isDark() ? pair.dark : pair.light);
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

// The first formatter and the first collator of a page take long to make: not before one is needed.
let figure = null, collator = null;
function number(value) {
  const size = Math.abs(value);
  if ((size === 0 || (size >= 1e-6 && size < 1e6)) && Number(value.toPrecision(6)) === value) {
    const [whole, rest] = String(value).split(".");
    return whole.replace(/(?<=\d)(?=...$)/, "\u202f") + (rest ? `.${rest}` : "");
  }
  figure = figure || new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 6 });
  return Number.isFinite(value) ? figure.format(value).replace(/,/g, "\u202f") : String(value);
}
function byName(one, other) {
  collator = collator || new Intl.Collator("en");
  return collator.compare(one, other);
}

const count = (n, one, many) => `${number(n)} ${n === 1 ? one : many || one + "s"}`;

// The forms of a column; `_coded` of maps/web/page.py is the other end.
function cell(column, i) {
  if (!column) return null;
  let value;
  if (column.packed !== undefined) {
    if (typeof column.packed === "string") column.packed = unpack(column.packed);
    const whole = column.packed[i];
    value = whole === 0 ? null : (whole > 0 ? whole - 1 : whole) / 10 ** column.digits;
  } else if (column.codes !== undefined) {
    const code = codesOf(column)[i];
    value = code < 0 ? null : column.values[code];
  } else if (column.phrases) {
    if (!column.start) Object.assign(column, { which: unpack(column.which), start: startsOf(unpack(column.counts)) });
    const [from, to] = [column.start[i], column.start[i + 1]];
    value = from === to ? null : Array.from(column.which.subarray(from, to), (k) => column.phrases[k]).join(" ");
  } else value = column.one !== undefined ? column.one : column.values[i];
  if (column.before) value = `${cell(column.before, i)}:${value}`;
  return value === "" ? null : value;
}

function codesOf(column) {
  if (typeof column.codes === "string") column.codes = unpack(column.codes);
  return column.codes;
}

// A number for each row, the same where the value is the same.
function numbered(column, count) {
  if (column && column.codes !== undefined) return codesOf(column);
  const seen = new Map();
  return Int32Array.from({ length: count }, (_, i) => {
    const value = cell(column, i);
    if (!seen.has(value)) seen.set(value, seen.size);
    return seen.get(value);
  });
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

// Dual use that a public document states, not one inferred from attributes, bears a dot.
function drop(ctx, colour, x, y, r) {
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour;
  trace(ctx, "circle", x, y, 0.36 * r);
  ctx.fill();
}

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

// What a style calls the class of a value; that of no value is the empty one.
const coded = (value) => (value === null ? "" : String(value));
// Marks of nodes that are drawn wherever they are.
const MAJOR = ["robust", "possible", "overlap", "overlap_open", "insufficient_data"];

// --- one layer ----------------------------------------------------------------------------------

class Sheet {
  constructor(data) {
    Object.assign(this, data);
    this.named();
    this.classes = new Map(data.style.classes.map((c, rank) => [c.value, { ...c, rank }]));
    this.shapes = new Map(data.style.shapes.map((s) => [s.value, s]));
    this.on = data.style.visible;
  }

  named() {
    this.column = Object.fromEntries(this.columns.map((column) => [column.name, column]));
    for (const column of this.columns) if (column.after) column.before = this.column[column.after];
  }

  // What the first view did without stands at the end of the page; read when first asked for.
  whole() {
    const rest = !this.isWhole && byId(`later-${this.id}`);
    if (rest) {
      const { columns = [], ...shapes } = JSON.parse(rest.textContent);
      Object.assign(this, shapes);
      this.columns = [...this.columns, ...columns];
      this.named();
    }
    this.isWhole = this.isWhole || document.readyState !== "loading" || Boolean(rest);
    if (typeof this.paths === "string") this.owner = this.sheets.find((other) => other.id === this.paths);
    return this;
  }

  // Shapes that another layer has as well are kept there.
  get rings() {
    if (!this.paths || typeof this.paths === "string") this.whole();
    if (this.owner) return this.owner.rings;
    if (!(this.paths instanceof Rings)) this.paths = new Rings(this.paths);
    return this.paths;
  }

  // Shapes at a scale; from afar, or until the others have come, those simplified for it.
  ringsFor(view) {
    if (!this.afar || !this.wants(view)) return this.rings;
    if (!(this.afar instanceof Rings)) this.afar = new Rings(this.afar);
    return this.afar;
  }

  // Whether a view wants the shapes from afar (of the ice, one month as it is); one that has to do
  // with them is rough.
  wants(view) {
    if (this.afar_month ? this.afar_month === this.month : view.scale < AFAR) return true;
    if (this.whole().paths) return false;
    return (view.rough = true);
  }

  // Points in metres of the plane.
  get points() {
    if (this.x === undefined) this.whole();
    if (typeof this.x === "string") {
      this.x = unpack(this.x).map((v) => v * POINT_GRID);
      this.y = unpack(this.y).map((v) => v * POINT_GRID);
    }
    return this;
  }

  value(name, i) { return cell(this.column[name] || this.whole().column[name], i); }
  name(i) { return this.value("name", i); }
  title_of(i) { return this.name(i) || `${this.title}, without a name`; }
  class_of(i) { return this.classes.get(coded(this.value(this.style.class_column, i))); }

  // Where a feature is, in the plane; null for one without a shape.
  place(i) {
    if (this.geometry === "point") return [this.points.x[i], this.points.y[i]];
    const label = this.labels && this.labels[i];
    if (label && label[2]) return [label[0] * PATH_GRID, label[1] * PATH_GRID];
    const { first, start, xy } = this.rings, r = first[i];
    if (r === first[i + 1]) return null;
    const k = 2 * Math.floor((start[r] + start[r + 1]) / 2);
    return [xy[k], xy[k + 1]];
  }

  // The sea-ice layer holds all months; which of them is drawn is the slider's affair.
  drawn(i) {
    return this.id !== "sea_ice" || this.value("month", i) === this.month;
  }

  look(own, i) {
    const style = this.style;
    own = own || {};
    const stroke = this.late ? mixed(ink(own.stroke || style.stroke)) : ink(own.stroke || style.stroke);
    const fill = this.late ? mixed(ink(own.fill || style.fill)) : ink(own.fill || style.fill);
    const outline = this.id === "sea_ice" && this.value("year", i) !== null;
    const width = own.width || style.width;
    // What is late is hatched and greyed, a line of it dotted, a mark of it hollow.
    const hatch = own.hatch || (this.late && this.geometry === "polygon" && style.fill_opacity ? "forward" : "");
    return {
      color: stroke,
      weight: outline ? 1.8 : width,
      opacity: style.stroke_opacity,
      dash: outline ? [5, 4] : own.hollow || (this.late && this.geometry === "point") ? [2, 1.6]
        : this.late && this.geometry === "line" ? [1, 4] : style.dash,
      fill: this.geometry !== "line" && !outline && style.fill_opacity > 0 ? hatch ? hatched(hatch, fill, stroke) : fill : null,
      fillOpacity: own.hollow ? 0.55 : style.fill_opacity,
      radius: own.radius || style.radius,
    };
  }

  draw(ctx, view) {
    if (!this.style.visible) this.whole();
    if (this.geometry === "point") this.drawPoints(ctx, view);
    else if (this.geometry === "line") this.drawLines(ctx, view);
    else this.drawAreas(ctx, view);
  }

  drawAreas(ctx, view) {
    if (this.cells && this.wants(view)) return this.drawCells(ctx, view);
    const rings = this.ringsFor(view);
    const indices = Array.from({ length: this.count }, (_, i) => i).filter((i) => this.drawn(i));
    // The outline of a later year would vanish beneath the median's fill.
    if (this.id === "sea_ice") indices.sort((a, b) => (this.value("year", a) !== null) - (this.value("year", b) !== null));
    for (const i of indices) {
      ctx.beginPath();
      if (rings.trace(ctx, i, view, true, this.style.width ? 0.9 : 2)) inked(ctx, this.look(this.class_of(i), i));
    }
    return undefined;
  }

  // Areas of square cells as a picture that has a pixel for each.
  drawCells(ctx, view) {
    const { west, north, size, wide, high } = this.cells, { a, b, e, f } = view, dark = isDark();
    if (!this.picture || this.pictured !== dark) {
      const { areas, runs } = this.cells, paper = new ImageData(wide, high), dots = new Uint32Array(paper.data.buffer);
      // Lowest byte first, as every machine that runs a browser has it.
      const inks = Array.from({ length: this.count }, (_, i) => {
        const ink = parseInt(this.look(this.class_of(i), i).fill.slice(1), 16);
        return (0xff << 24) | ((ink & 255) << 16) | (ink & 0xff00) | (ink >> 16);
      });
      const area = unpack(areas), run = unpack(runs);
      for (let k = 0, at = 0; k < run.length; at += run[k++]) if (area[k]) dots.fill(inks[area[k] - 1], at, at + run[k]);
      this.picture = document.createElement("canvas");
      this.picture.width = wide;
      this.picture.height = high;
      this.picture.getContext("2d").putImageData(paper, 0, 0);
      this.pictured = dark;
    }
    ctx.save();
    ctx.transform(a * size, b * size, -b * size, a * size, a * west + b * north + e, b * west - a * north + f);
    ctx.globalAlpha = this.style.fill_opacity;
    ctx.drawImage(this.picture, 0, 0);
    ctx.restore();
    return undefined;
  }

  // All lines of one look are one stroke.
  drawLines(ctx, view) {
    const groups = new Map();
    for (let i = 0; i < this.count; i++) {
      const own = this.class_of(i);
      groups.set(own, (groups.get(own) || []).concat(this.classes.size ? i : []));
      if (!this.classes.size) break;
    }
    for (const [own, members] of groups) {
      ctx.beginPath();
      if (this.classes.size) for (const i of members) this.rings.trace(ctx, i, view, false);
      else for (let i = 0; i < this.count; i++) this.rings.trace(ctx, i, view, false);
      inked(ctx, this.look(own, 0));
    }
  }

  // For each point a mark: its number, and how many weigh as much or more. Lists of classes go by weight.
  marks() {
    if (this.mark) return this.mark;
    const style = this.style, column = this.column;
    const kinds = new Map(), kind = new Uint16Array(this.count), list = [];
    const parts = [column[style.class_column], column[style.shape_column], column.dual_use_class];
    const [levels, shapes, duals] = parts.map((part) => numbered(part, this.count));
    for (let i = 0; i < this.count; i++) {
      const name = (levels[i] * 4096 + shapes[i]) * 4096 + duals[i];
      let known = kinds.get(name);
      if (known === undefined) {
        const [level, shape, dual] = [cell(parts[0], i), cell(parts[1], i), cell(parts[2], i) === "D3"];
        const own = this.classes.get(coded(level));
        kinds.set(name, known = list.length);
        list.push({ own, shape: (this.shapes.get(String(shape)) || style).shape, dot: dual, rank: own ? own.rank : this.classes.size,
          major: style.class_column === "mark" && MAJOR.includes(level) });
      }
      kind[i] = known;
    }
    const order = new Uint32Array(this.count);
    for (let rank = 0, next = 0; rank <= this.classes.size; rank++) {
      for (let i = 0; i < this.count; i++) if (list[kind[i]].rank === rank) order[next++] = i;
    }
    return (this.mark = { list, kind, order });
  }

  // All marks of a layer on one sheet, below each other, and where on it each begins.
  stamps({ size, ratio }) {
    const made = `${size} ${ratio} ${isDark()}`;
    if (this.stamped && this.stamped.made === made) return this.stamped;
    const looks = this.marks().list.map((mark) => this.look(mark.own, 0)), canvas = document.createElement("canvas");
    const radii = looks.map((look) => look.radius * size), halves = radii.map((r) => Math.ceil(1.4 * r + 3));
    const tops = startsOf(halves.map((half) => 2 * half));
    canvas.width = 2 * Math.max(...halves, 1) * ratio;
    canvas.height = Math.max(tops[looks.length], 1) * ratio;
    const ctx = canvas.getContext("2d");
    ctx.scale(ratio, ratio);
    this.mark.list.forEach((mark, k) => {
      const half = halves[k], y = tops[k] + half;
      trace(ctx, mark.shape, half, y, radii[k]);
      inked(ctx, looks[k]);
      if (mark.dot) drop(ctx, looks[k].color, half, y, radii[k]);
    });
    const put = (on, k, x, y) => {
      const wide = 2 * halves[k];
      on.drawImage(canvas, 0, tops[k] * ratio, wide * ratio, wide * ratio, x - halves[k], y - halves[k], wide, wide);
    };
    return (this.stamped = { made, halves, radii, put });
  }

  // Marks that would hide one another are drawn once, the weightiest; one that matters always is.
  drawPoints(ctx, view) {
    const { x, y } = this.points, { list, kind, order } = this.marks(), { a, b, e, f, wide, high } = view;
    const { halves, radii, put } = this.stamps(view), q = view.ratio;
    const step = Math.max(...radii, 1) > 4 ? 4.4 : Math.max(3, 1.3 * radii[0]);
    const columns = Math.ceil(wide / step) + 1, taken = new Uint8Array(columns * (Math.ceil(high / step) + 1));
    const chosen = [];
    let inView = 0;
    for (let n = 0; n < order.length; n++) {
      const i = order[n];
      if (this.hidden && this.hidden[i]) continue;
      const px = a * x[i] + b * y[i] + e, py = b * x[i] - a * y[i] + f;
      if (px < 0 || py < 0 || px > wide || py > high) continue;
      inView++;
      const place = Math.floor(py / step) * columns + Math.floor(px / step);
      if (taken[place] && !list[kind[i]].major) continue;
      taken[place] = 1;
      chosen.push(i, px, py);
    }
    this.thinned = [chosen.length / 3, inView];
    for (let k = chosen.length - 3; k >= 0; k -= 3) {
      const mark = kind[chosen[k]], half = halves[mark];
      put(ctx, mark, Math.round((chosen[k + 1] - half) * q) / q + half, Math.round((chosen[k + 2] - half) * q) / q + half);
    }
  }

  // The feature under a place of the plane, of points the nearest; `metres` is how wide a pointer is.
  hit(at, metres, sizes) {
    if (this.geometry === "point") return this.within(at, metres * sizes)[0]?.[0] ?? null;
    if (!this.whole().paths) return null;
    for (let i = this.count - 1; i >= 0; i--) {
      if (!this.drawn(i)) continue;
      if (this.geometry === "line" ? this.rings.away(i, at, metres * 4) < Infinity
        : (this.style.fill_opacity > 0 || this.labels) && this.rings.covers(i, at)) return i;
    }
    return null;
  }

  // Points within a distance, nearest first: looking at every one costs less than an index is worth.
  within([u, v], metres) {
    const { x, y } = this.points, found = [];
    for (let i = 0; i < this.count; i++) {
      const dx = x[i] - u, dy = y[i] - v;
      if (dx * dx + dy * dy > metres * metres || (this.hidden && this.hidden[i])) continue;
      found.push([i, Math.hypot(dx, dy)]);
    }
    const { list, kind } = this.marks();
    return found.sort((p, q) => p[1] - q[1] || list[kind[p[0]]].rank - list[kind[q[0]]].rank);
  }
}

function mixed(colour) {
  return `#${[1, 3, 5].map((k) => Math.round(0.3 * parseInt(colour.slice(k, k + 2), 16) + 0.7 * 140).toString(16).padStart(2, "0")).join("")}`;
}

// Fill and stroke what was traced.
function inked(ctx, look) {
  if (look.fill) {
    ctx.globalAlpha = look.fillOpacity;
    ctx.fillStyle = look.fill;
    ctx.fill("evenodd");
  }
  if (look.weight > 0) {
    ctx.globalAlpha = look.opacity;
    ctx.strokeStyle = look.color;
    ctx.lineWidth = look.weight;
    ctx.lineJoin = ctx.lineCap = "round";
    if (look.dash.length) ctx.lineCap = "butt";
    ctx.setLineDash(look.dash);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  ctx.globalAlpha = 1;
}

// One canvas for all that is drawn. It draws levels from the lowest order to the highest, each from
// flat arrays by one linear map, so that a turn of the view or a change of zoom costs one pass.
const Painter = L.Renderer.extend({
  _initContainer() {
    this._container = document.createElement("canvas");
  },
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const ratio = window.devicePixelRatio || 1, size = this._bounds.getSize(), paper = this._container;
    L.DomUtil.setPosition(paper, this._bounds.min);
    if (paper.width !== size.x * ratio || paper.height !== size.y * ratio) {
      paper.width = size.x * ratio;
      paper.height = size.y * ratio;
      paper.style.width = `${size.x}px`;
      paper.style.height = `${size.y}px`;
    }
    this.paint();
  },
  _reset() {
    this._update();
    // Leaflet would put a reset canvas at a fraction of a pixel, which shows as seams across the map.
    L.DomUtil.setPosition(this._container, this._bounds.min);
  },
  paint() {
    if (!this._map || !this._bounds) return;
    const ctx = this._container.getContext("2d"), ratio = window.devicePixelRatio || 1;
    const size = this._bounds.getSize();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, size.x, size.y);
    const view = { ...frameOf(this._map, this._bounds.min), wide: size.x, high: size.y, ratio, size: markSize(this._map) };
    const ends = [[0, 0], [size.x, 0], [0, size.y], [size.x, size.y]].map(([x, y]) => view.plane(x, y));
    view.bounds = [Math.min, Math.max].flatMap((of) => [0, 1].map((k) => of(...ends.map((end) => end[k]))));
    for (const level of this.levels) level.draw(ctx, view);
    this.rough = view.rough;
  },
});

// The linear map from the plane to pixels from `corner` of the layer pane: x = a X + b Y + e and
// y = b X - a Y + f; and back.
function frameOf(map, corner) {
  const crs = map.options.crs, scale = crs.scale(map.getZoom()), turn = crs.turn;
  const a = scale * Math.cos(turn), b = scale * Math.sin(turn), origin = map.getPixelOrigin().add(corner);
  const e = -origin.x, f = -origin.y, squared = scale * scale;
  return { a, b, e, f, scale, plane: (x, y) => [(a * (x - e) + b * (y - f)) / squared, (b * (x - e) - a * (y - f)) / squared] };
}

// --- the map ------------------------------------------------------------------------------------

function start(map) {
  const data = block("picture-data");
  const sheets = data.layers.map((layer) => new Sheet(layer));
  for (const s of sheets) s.sheets = sheets;
  const sheet = Object.fromEntries(sheets.map((s) => [s.id, s]));
  const nodes = sheet.nodes;
  const sources = new Map(data.sources.map((source) => [source.id, source]));
  // What was fresh when the page was made may be stale when it is read: the reader's clock says.
  function grow() {
    for (const source of data.sources) {
      if (source.fresh_until && !data.late.includes(source.id) && Date.now() >= Date.parse(source.fresh_until) + 864e5) {
        source.state = "stale";
        data.late.push(source.id);
      }
    }
  }
  grow();
  const lateFor = (feeds) => data.sources.find((source) => source.feeds === feeds && data.late.includes(source.id));
  for (const s of sheets) {
    s.late = s.sources.some((id) => data.late.includes(id));
    // Nothing to show is a fact of the region, or a gap: which of them, the state of its sources says.
    s.gap = !s.count && s.sources.some((id) => data.late.includes(id) || data.not_held.includes(id));
  }
  const outline = new Rings(data.region.outline);
  const edge = Array.from({ length: outline.xy.length / 2 }, (_, i) => [outline.xy[2 * i], outline.xy[2 * i + 1]]);
  const farthest = Math.max(...edge.map((p) => Math.hypot(...p)));
  // A region beside the pole stands upright on its own meridian; the whole Arctic on that of the CRS.
  const away = (k) => edge.reduce((sum, p) => sum + p[k] / Math.hypot(...p), 0);
  let lon0 = outline.covers(0, [0, 0]) ? -45 : Math.round(plane.inverse([away(0), away(1)])[0]);
  map.options.crs = polarCrs(lon0);

  // --- what is drawn, from the ground up ---------------------------------------------------------

  const painter = new Painter({ padding: 0.12 });
  const baseLook = (name) => {
    const s = data.base[name];
    return { color: ink(s.stroke), weight: s.width, opacity: s.stroke_opacity, dash: [], fill: ink(s.fill), fillOpacity: 1 };
  };
  const level = (order, draw) => ({ order, draw });
  painter.levels = [
    level(data.base.region.order, (ctx, view) => {
      ctx.beginPath();
      outline.trace(ctx, 0, view, true);
      inked(ctx, { ...baseLook("region"), weight: 0 });
    }),
    level(data.base.graticule.order, (ctx, view) => gridOn && drawGrid(ctx, view)),
    level(data.base.mask.order, (ctx, view) => {
      ctx.beginPath();
      ctx.rect(-9, -9, view.wide + 18, view.high + 18);
      outline.trace(ctx, 0, view, true);
      inked(ctx, { ...baseLook("mask"), weight: 0 });
      ctx.beginPath();
      outline.trace(ctx, 0, view, true);
      inked(ctx, { ...baseLook("mask"), fill: null });
    }),
    ...sheets.map((s) => level(s.style.order, (ctx, view) => {
      if (!s.on) return;
      if (s.gap) noData(ctx, view);
      else s.draw(ctx, view);
    })),
    level(data.base.selection.order - 1, (ctx, view) => changes && changes.draw(ctx, view)),
    level(data.base.selection.order, (ctx, view) => opened && drawSelection(ctx, view)),
    level(data.base.selection.order + 1, (ctx, view) => measure.draw(ctx, view)),
  ].sort((one, other) => one.order - other.order);
  const paint = () => painter.paint();

  // On a polar stereographic plane parallels are circles about the pole and meridians its rays.
  const radii = new Map();
  function radius(lat) {
    if (!radii.has(lat)) radii.set(lat, Math.abs(plane.forward([-45, lat])[1]));
    return radii.get(lat);
  }
  function onPlane(lat, lng) {
    const r = radius(lat), angle = (lng + 45) * RAD;
    return [r * Math.sin(angle), -r * Math.cos(angle)];
  }
  function drawGrid(ctx, view) {
    const look = { ...baseLook("graticule"), fill: null };
    ctx.beginPath();
    for (let lat = 40; lat < 90; lat += 10) circle(ctx, view, radius(lat));
    for (let lng = -180; lng < 180; lng += 30) {
      [40, lng % 90 ? 85 : 90].forEach((lat, k) => {
        const [x, y] = pixel(view, plane.forward([lng, lat]));
        if (k) ctx.lineTo(x, y);
        else ctx.moveTo(x, y);
      });
    }
    inked(ctx, look);
    ctx.beginPath();
    circle(ctx, view, radius(66.5622));
    inked(ctx, { ...look, dash: [4, 4] });
  }
  const pixel = (view, [x, y]) => [view.a * x + view.b * y + view.e, view.b * x - view.a * y + view.f];
  function circle(ctx, view, metres) {
    const [x, y] = pixel(view, [0, 0]), r = metres * view.scale;
    ctx.moveTo(x + r, y);
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  }

  // Missing is hatched, never blank.
  function noData(ctx, view) {
    const look = baseLook("graticule");
    ctx.beginPath();
    outline.trace(ctx, 0, view, true);
    inked(ctx, { ...look, weight: 0, fill: hatched("back", look.fill, look.color), fillOpacity: 0.45 });
  }

  function drawSelection(ctx, view) {
    const { s, i } = opened, look = { ...baseLook("selection"), fill: null };
    ctx.beginPath();
    if (s.geometry === "point") {
      // What was chosen may stand beneath another mark: it is drawn again, on top.
      s.stamps(view).put(ctx, s.marks().kind[i], ...pixel(view, s.place(i)));
      trace(ctx, "circle", ...pixel(view, s.place(i)), (s.look(s.class_of(i), i).radius + 5) * view.size);
    } else s.rings.trace(ctx, i, view, s.geometry === "polygon");
    inked(ctx, s.geometry === "line" ? { ...look, weight: 5, opacity: 0.6 } : look);
  }

  function show(s, on) {
    s.on = on;
    if (painter._map) paint();
  }

  // --- pointing at things ------------------------------------------------------------------------

  const seen = () => sheets.filter((s) => s.on && s.count).sort((a, b) => b.style.order - a.style.order);
  const planeAt = (point) => frameOf(map, map.containerPointToLayerPoint([0, 0])).plane(point.x, point.y);
  function hit(point, kinds) {
    const where = planeAt(point), metres = 1 / map.options.crs.scale(map.getZoom());
    if (!outline.covers(0, where)) return null;
    for (const s of seen()) {
      if (!kinds.includes(s.geometry)) continue;
      const i = s.hit(where, metres, (s.style.radius + 4) * markSize(map));
      if (i !== null) return { s, i };
    }
    return null;
  }

  const tip = L.tooltip({ direction: "top", offset: [0, -6], opacity: 1 });
  let waiting = null;
  function hint(event) {
    if (waiting) cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      waiting = null;
      if (map.dragging.moving() || map._animatingZoom) return;
      const found = measure.on ? null : hit(event.containerPoint, ["point", "line"]);
      const text = found && found.s.name(found.i);
      map.getContainer().style.cursor = measure.on ? "crosshair" : found ? "pointer" : "";
      if (text) tip.setContent(el("span", null, text)).setLatLng(event.latlng).openOn(map);
      else map.closeTooltip(tip);
    });
  }
  // A drag that leaves what was drawn draws again on the way.
  map.on("move", () => {
    const corner = map.containerPointToLayerPoint([0, 0]), view = L.bounds(corner, corner.add(map.getSize()));
    if (painter._bounds && !map._animatingZoom && !painter._bounds.contains(view)) painter._update();
  });
  map.on("mousemove", hint);
  map.on("mouseout", () => map.closeTooltip(tip));
  map.on("click", (event) => {
    if (measure.on) return measure.add(planeAt(event.containerPoint));
    const found = hit(event.containerPoint, ["point", "line", "polygon"]);
    if (found) open(found.s, found.i, { from: planeAt(event.containerPoint) });
    return undefined;
  });

  // --- view: fit, turn, bounds -------------------------------------------------------------------

  function fit() {
    const crs = map.options.crs;
    const turned = edge.map(([x, y]) => crs.projection.project({ plane: [x, y] }));
    const box = L.bounds(turned);
    const size = map.getSize(), margin = 2 * (narrow.matches ? 22 : 32);
    const extent = box.getSize();
    // On a wide screen the rail stands beside the region, on a narrow one below it.
    const rail = document.querySelector(".rail");
    const aside = narrow.matches || printing ? 0 : rail.offsetWidth + 12, below = narrow.matches && !printing ? byId("ice").offsetHeight : 0;
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
    turns.value = next;
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
  turns.addEventListener("change", () => { turn(Number(turns.value)); remember(); });
  byId("home").addEventListener("click", () => { fit(); atHome = true; remember(); });

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
      this.legend = byId("legend").open;
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

  const stageFrame = () => frameOf(map, map.containerPointToLayerPoint([0, 0]));
  const inside = (p, size, pad) => p.x > pad && p.y > pad && p.x < size.x - pad && p.y < size.y - pad;

  const FACE = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
  const pens = () => (isDark()
    ? { paper: "#0f151b", grid: "#9fb2bf", sea: "#d0e6f4", seaHalo: "#1a2f3c", land: "#d7d2c8", landHalo: "#2c2e2f" }
    : { paper: "#f3f5f6", grid: "#526776", sea: "#2f6c96", seaHalo: "#e6f0f6", land: "#57503f", landHalo: "#efebe3" });

  function namesInView(size) {
    const pen = pens(), found = [];
    const frame = stageFrame(), { scale } = frame, spotOf = (place) => L.point(pixel(frame, place));
    if (gridOn) found.push(...gridNames(size, pen, frame));
    if (!namesOn) return found;
    for (const [s, look] of [
      [sheet.countries, { font: `600 12px ${FACE}`, spacing: "2px", ink: pen.land, halo: pen.landHalo, caps: true }],
      [sheet.seas, { font: `italic 13px ${FACE}`, spacing: "0.5px", ink: pen.sea, halo: pen.seaHalo }],
    ]) {
      if (!s || !s.labels) continue;
      s.labels.map((label, i) => ({ label, i })).sort((a, b) => b.label[2] - a.label[2])
        .forEach(({ label, i }) => {
          const p = spotOf([label[0] * PATH_GRID, label[1] * PATH_GRID]);
          const text = s.name(i);
          if (!text || !label[2] || !inside(p, size, 0)) return;
          const broken = text.length > 12 ? text.replace(/^(.{4,}?) (?=\S{3,})/, "$1\n") : text;
          found.push({ ...look, x: p.x, y: p.y, room: label[2] * PATH_GRID * scale,
            text: look.caps ? broken.toUpperCase() : broken });
        });
    }
    if (sheet.settlements && sheet.settlements.column.population) {
      const least = 4e5 / 4 ** Math.max(0, map.getZoom() - 0.5);
      for (const i of ofSize(least)) {
        const p = spotOf(sheet.settlements.place(i));
        if (inside(p, size, 0)) {
          found.push({ text: sheet.settlements.title_of(i), font: `500 11.5px ${FACE}`.replace("11.5", "11"),
            ink: pen.land, halo: pen.landHalo, x: p.x, y: p.y, dot: true });
        }
      }
    }
    return found;
  }

  let people = null;
  function ofSize(least) {
    const towns = sheet.settlements;
    people = people || Float64Array.from({ length: towns.count }, (_, i) => towns.value("population", i) || 0);
    const large = [];
    for (let i = 0; i < people.length; i++) if (people[i] >= least) large.push(i);
    return large.sort((a, b) => people[b] - people[a]).slice(0, 1500);
  }

  function gridNames(size, pen, frame) {
    const found = [], look = { font: `11px ${FACE}`, ink: pen.grid, halo: pen.paper };
    const spot = (place) => L.point(pixel(frame, place)).round();
    const within = (place) => Math.hypot(...place) <= farthest && outline.covers(0, place);
    for (let lng = -180; lng < 180; lng += 30) {
      let before = null;
      for (let lat = 45; lat <= 88; lat += 0.25) {
        const place = onPlane(lat, lng);
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
        const place = onPlane(lat, lon0 + away), p = spot(place);
        if (inside(p, size, 30) && within(place)) {
          found.push({ ...look, text: latitude(lat), x: p.x, y: p.y, halo: pen.seaHalo });
          break;
        }
      }
    }
    const place = onPlane(66.5622, lon0 + 150), p = spot(place);
    if (inside(p, size, 30) && within(place)) {
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
      data.extent ? el("span", null, ` Extent on ${data.extent.date}: ${number(data.extent.million_km2)} million km²${lateFor("sea_ice_extent") ? "" : "."}`)
        : lateFor("sea_ice_extent") ? el("span", null, " Extent: not assessed") : "",
      lateFor("sea_ice_extent") ? el("span", { class: "late" }, ` (▲ its source is ${lateFor("sea_ice_extent").state}).`) : "",
      data.extent && data.extent.break ? el("span", null, ` Sensor changed ${data.extent.break}.`) : "");
    if (painter._map) paint();
  }

  function play(on) {
    clearInterval(ticking);
    ticking = on ? setInterval(() => setMonth((ice.month % 12) + 1), 900) : 0;
    if (!on) remember();
    byId("play").setAttribute("aria-pressed", String(on));
    byId("play").textContent = on ? "Pause" : "Play";
  }

  if (ice) {
    byId("ice").hidden = false;
    byId("ticks").append(...MONTHS.map((name) => el("li", null, name.charAt(0))));
    ice.month = Number(data.day.slice(5, 7));
    setMonth(ice.month);
    month.addEventListener("input", () => { play(false); setMonth(Number(month.value)); remember(); });
    byId("play").addEventListener("click", () => play(!ticking));
  }

  // --- swatches --------------------------------------------------------------------------------------

  function swatch(style, geometry, own) {
    if (geometry === "point") return glyph(style, own || {});
    const stroke = ink((own && own.stroke) || style.stroke), fill = ink((own && own.fill) || style.fill);
    const width = Math.max((own && own.width) || style.width, 0.8), frame = { x: 2, y: 2.5, width: 18, height: 11 };
    if (own && own.hatch && geometry !== "line") return hatchedSwatch(hatched(own.hatch, fill, stroke), style, stroke, width);
    const isLine = geometry === "line" || (!style.fill_opacity && style.dash.length > 0);
    const edge = isLine || style.width ? stroke : ink(data.base.graticule.stroke);
    return el("svg:svg", { class: "swatch", viewBox: "0 0 22 16", "aria-hidden": "true" }, isLine
      ? el("svg:line", { x1: 1, y1: 8, x2: 21, y2: 8, stroke, "stroke-width": width, "stroke-opacity": style.stroke_opacity, "stroke-dasharray": style.dash.join(" ") || null })
      : [el("svg:rect", { ...frame, fill, "fill-opacity": Math.max(style.fill_opacity, 0.1) }),
        el("svg:rect", { ...frame, fill: "none", stroke: edge, "stroke-width": width })]);
  }

  function hatchedSwatch(fill, style, stroke, width) {
    const canvas = el("canvas", { class: "swatch", width: 66, height: 48, "aria-hidden": "true" });
    const ctx = canvas.getContext("2d");
    ctx.scale(3, 3);
    ctx.fillStyle = fill;
    ctx.lineWidth = width;
    ctx.globalAlpha = Math.max(style.fill_opacity, 0.1);
    ctx.fillRect(2, 2.5, 18, 11);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = style.width ? stroke : ink(data.base.graticule.stroke);
    ctx.strokeRect(2, 2.5, 18, 11);
    return canvas;
  }

  function glyph(style, own) {
    const r = Math.min(own.radius || Math.max(style.radius, 4), 6.6), outline = SHAPES[own.shape || style.shape];
    const look = { fill: ink(own.fill || style.fill), stroke: ink(own.stroke || style.stroke),
      "fill-opacity": own.hollow ? 0.55 : style.fill_opacity, "stroke-width": Math.max(own.width || style.width, 0.8), "stroke-dasharray": own.hollow ? "2 1.6" : null };
    return el("svg:svg", { class: "swatch", viewBox: "0 0 22 16", "aria-hidden": "true" },
      outline ? el("svg:polygon", { ...look, points: outline.map(([u, v]) => `${(11 + u * r).toFixed(1)},${(8 + v * r).toFixed(1)}`).join(" ") })
        : el("svg:circle", { ...look, cx: 11, cy: 8, r }),
      own.dot ? el("svg:circle", { cx: 11, cy: 8, r: 2.2, fill: look.stroke }) : null);
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
          const row = toggle(s.id, s.title, s.on, swatchFor(s.style, s.geometry, legend), s.gap ? "no data" : s.rows ? number(s.rows) : "none", (on) => {
            show(s, on);
            drawLegend();
            if (s === ice) byId("ice").hidden = !on;
            remember();
          });
          const facts = [s.as_of ? `As of ${s.as_of}` : "As-of date unknown", ...licences(s)].join(" · ");
          const late = s.sources.filter((id) => data.late.includes(id));
          return el("div", { class: "layer" }, row, el("p", { class: "small" }, facts),
            s.note ? el("p", { class: "small note" }, s.note) : null,
            s.rows ? null : el("p", { class: "small late" }, s.gap ? "▨ No data: its source is not held. Shown hatched." : "○ Empty: no such feature in this region."),
            late.length ? el("p", { class: "small late" },
              `▲ ${late.map((id) => `${sources.get(id).title}: ${sources.get(id).state}`).join("; ")}`) : null);
        })));
    }
    home.append(el("details", { class: "pillar", open: true }, el("summary", null, "Base"),
      toggle("graticule", "Graticule and its labels", true, swatchFor(data.base.graticule, "line"), "", (on) => {
        gridOn = on;
        paint();
        names._write();
      }),
      toggle("names", "Names of countries, seas and towns", true, el("span", { class: "slot letter" }, "Aa"), "", (on) => {
        namesOn = on;
        names._write();
      })));
  }
  let gridOn = true, namesOn = true;

  // --- legend --------------------------------------------------------------------------------------------

  // What the classes mean, with the anchors they turn at: made once, so that it stays open or shut.
  const meaning = el("details", { class: "meaning" }, el("summary", null, "What the classes mean"),
    data.classes.map(([title, ...said]) => [el("h4", null, title), el("ul", null, said.map((text) => el("li", null, text)))]));

  function drawLegend() {
    const parts = [];
    const entry = (icon, text) => el("li", null, icon, el("span", null, text));
    if (nodes && nodes.on) {
      const shapeLook = { fill: data.base.region.fill, stroke: data.base.region.stroke, radius: 4.6, width: 1 };
      parts.push(el("h3", null, "Nodes: climate, defence, people"), el("ul", null,
        nodes.style.classes.map((c) => entry(swatch(nodes.style, "point", c), c.label))), meaning);
      parts.push(el("h3", null, "Nodes: the kind"), el("ul", null,
        nodes.style.shapes.map((s) => entry(swatch(nodes.style, "point", { ...shapeLook, shape: s.shape }), s.label)),
        nodes.column.dual_use_class ? entry(swatch(nodes.style, "point", { ...shapeLook, dot: true }), "Dot: documented dual use (D3)") : null));
    }
    const plain = [];
    for (const s of [...sheets].sort((a, b) => b.style.order - a.style.order)) {
      if (!s.on || s === nodes || (s.geometry === "polygon" && !s.style.fill_opacity && !s.style.dash.length)) continue;
      if (s.classes.size) {
        parts.push(el("h3", null, s.title), el("ul", null,
          s.style.classes.map((c) => entry(swatch(s.style, s.geometry, c), c.label))));
      } else if (s.gap) plain.push(entry(el("span", { class: "slot nodata" }), `${s.title}: no data`));
      else if (!s.count) plain.push(entry(el("span", { class: "slot letter" }, "○"), `${s.title}: none in this region`));
      else plain.push(entry(swatch(s.style, s.geometry), s.late ? `${s.title} (late: greyed)` : s.title));
    }
    if (seen().some((s) => s.geometry === "point")) parts.push(el("p", { class: "small", id: "thinned" }));
    if (plain.length) parts.push(el("h3", null, "Other layers shown"), el("ul", null, plain));
    byId("legend-body").replaceChildren(...parts);
    thinned();
  }

  // What stands for more than itself says so.
  function thinned() {
    const drawn = seen().filter((s) => s.thinned).map((s) => s.thinned);
    const some = drawn.reduce((sum, [k]) => sum + k, 0), all = drawn.reduce((sum, [, k]) => sum + k, 0);
    if (byId("thinned")) byId("thinned").textContent = some < all ? `${number(some)} marks stand for ${number(all)} places: closer in, more are drawn.` : "";
  }

  // --- filters -----------------------------------------------------------------------------------------------

  const valueOf = (name, i) => (name === "overlap" ? overlaps(i) : nodes.value(name, i));
  const overlaps = (i) => (nodes.value("overlap_probability", i) >= data.overlap_from ? "overlap" : "none");
  const FILTERS = [["flag", "Flag"], ["overlap", "Overlap of climate and defence"], ["kind", "Kind"], ["country_iso3", "Country"],
    ["scope", "Scope"], ["hazard_class", "Climate class"], ["military_class", "Defence class"], ["dependence_class", "People class"],
    ["institution", "Institution"]].filter(([name]) => nodes && nodes.column[name === "overlap" ? "overlap_probability" : name]);
  const refused = Object.fromEntries(FILTERS.map(([name]) => [name, new Set()]));
  const key = (value) => (value === null ? "unknown" : String(value));
  const passes = (i) => FILTERS.every(([name]) => !refused[name].size || !refused[name].has(key(valueOf(name, i))));

  function filter() {
    let left = 0;
    nodes.hidden = new Uint8Array(nodes.count);
    if (FILTERS.some(([name]) => refused[name].size)) {
      for (let i = 0; i < nodes.count; i++) passes(i) ? left++ : (nodes.hidden[i] = 1);
    } else left = nodes.count;
    byId("shown").textContent = `${number(left)} of ${count(nodes.count, "node")} shown`;
    paint();
    thinned();
    listFlagged();
    remember();
  }

  // Values of a filter in the order they are told, and how.
  const CLASS_ORDER = { high: "High", moderate: "Moderate", low: "Low", unknown: "Unknown" };
  const SPOKEN = {
    flag: { robust: "Critical, robust", possible: "Critical, possible", not_flagged: "Not flagged", insufficient_data: "Insufficient data" },
    overlap: { overlap: "Overlap", none: "No overlap" },
    scope: { arctic: "In the Arctic", gateway: "Gateway to the Arctic", context: "Context: judged, never flagged" },
    institution: { both: "NATO and EU", nato_only: "NATO only", eu_only: "EU only", neither: "Neither NATO nor EU" },
    hazard_class: CLASS_ORDER, military_class: CLASS_ORDER, dependence_class: CLASS_ORDER,
    kind: Object.fromEntries(nodes ? nodes.style.shapes.map((s) => [s.value, s.label]) : []),
  };
  const spoken = (name) => new Map(Object.entries(SPOKEN[name] || {}));
  const said = (name, value) => spoken(name).get(value) || upper(words(value));
  let countries = null;
  function countryName(code) {
    if (!countries) {
      const all = sheet.countries, codes = all && (all.column.country_iso3 || all.column.iso3);
      countries = new Map(codes ? Array.from({ length: all.count }, (_, i) => [cell(codes, i), all.name(i)]) : []);
    }
    return countries.get(code) || code;
  }

  function filters() {
    if (!nodes) {
      byId("filters").hidden = byId("flagged").hidden = byId("overlap").hidden = true;
      return;
    }
    // The boxes of a filter are made when it is first opened.
    for (const [name, title] of FILTERS) {
      const part = el("details", { class: "pillar" }, el("summary", null, title));
      part.addEventListener("toggle", () => part.append(boxesOf(name, title)), { once: true });
      byId("choices").append(part);
    }
    byId("table-open").addEventListener("click", openTable);
    filter();
  }
  const renewed = [];

  function boxesOf(name, title) {
    const tally = tallied(name);
    const listed = [...spoken(name).keys()];
    const values = [...listed.filter((v) => tally.has(v)),
      ...[...tally.keys()].filter((v) => !listed.includes(v)).sort()];
    const boxes = values.map((value, k) => {
      const box = el("input", { type: "checkbox", id: `only-${name}-${k}` });
      box.checked = !refused[name].has(value);
      renewed.push(() => { box.checked = !refused[name].has(value); });
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
    return el("fieldset", null, el("legend", { class: "hide" }, title), boxes, all);
  }

  function tallied(name) {
    const tally = new Map();
    for (let i = 0; i < nodes.count; i++) {
      const value = valueOf(name, i);
      tally.set(value, (tally.get(value) || 0) + 1);
    }
    return new Map([...tally].map(([value, n]) => [key(value), n]));
  }

  // What is critical, and what overlaps besides, by place.
  function listFlagged() {
    const critical = [], overlap = [];
    let outside = 0;
    for (let i = 0; i < nodes.count; i++) {
      if (nodes.hidden[i]) continue;
      if (["robust", "possible"].includes(nodes.value("flag", i))) critical.push(i);
      else if (overlaps(i) === "overlap") nodes.value("scope", i) === "context" ? outside++ : overlap.push(i);
    }
    const places = byPlace(critical, "flag_probability"), others = byPlace(overlap, "overlap_probability");
    byId("flagged-title").textContent = `Critical places, ${number(places.length)}`;
    byId("flagged-note").textContent = critical.length
      ? `${count(critical.length, "node")}: climate high, defence high, people moderate or high. Of the strongest node of each place, the share of draws in which all three hold:`
      : "No node shown is critical.";
    byId("overlap-title").textContent = `Overlap, other nodes at ${count(others.length, "place")}`;
    byId("overlap-note").textContent = `${overlap.length ? `${count(overlap.length, "node")}, not critical: climate moderate or high and defence high. Share of draws in which both hold:` : "No other node shown overlaps."}${outside ? ` ${number(outside)} more ${outside === 1 ? "is" : "are"} context, outside the boundary.` : ""}`;
    byId("flagged-list").replaceChildren(...places);
    byId("overlap-list").replaceChildren(...others);
  }
  const placeOf = (i) => nodes.value("place", i) || nodes.title_of(i);

  // Places, the one with the largest share first; each opens its strongest node, which names the others.
  function byPlace(chosen, share) {
    const value = (i) => nodes.value(share, i), groups = new Map();
    const ranked = chosen.sort((a, b) => value(b) - value(a) || byName(nodes.title_of(a), nodes.title_of(b)));
    for (const i of ranked) groups.set(placeOf(i), [...(groups.get(placeOf(i)) || []), i]);
    const what = (members) => (members.length > 1 ? count(members.length, "node") : said("kind", key(nodes.value("kind", members[0]))).toLowerCase());
    return [...groups].map(([place, members]) => el("li", null, opener(nodes, members[0], percent(value(members[0])),
      [place, el("span", { class: "small" }, what(members))])));
  }

  // A share of draws in words; what is not quite none or all is not told as none or all.
  function percent(share) {
    if (share === null) return "unknown";
    if (share > 0 && share < 0.01) return "under 1 %";
    if (share < 1 && share > 0.99) return "over 99 %";
    return `${Math.round(100 * share)} %`;
  }

  function opener(s, i, tail, title = s.title_of(i)) {
    const button = el("button", { type: "button", class: "item" }, s === nodes ? icon(i) : swatch(s.style, s.geometry, s.class_of(i)),
      el("span", { class: "what" }, title), el("span", { class: "count" }, tail));
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
          const place = s === nodes && nodes.value("place", i);
          if (name || place) index.push({ s, i, name: fold(name || ""), place: place ? fold(place) : "", rank: s === nodes ? (nodes.class_of(i) || { rank: 9 }).rank : 9 });
        }
      }
    }
    const wanted = fold(text.trim());
    if (!wanted) return [];
    const grade = (name) => (name === wanted ? 0 : name.startsWith(wanted) ? 1 : name.includes(` ${wanted}`) ? 2 : 3);
    // A node is found by its place as well.
    const whole = index.map((row, k) => ({ ...row, k, grade: row.name.includes(wanted) ? grade(row.name) : row.place.startsWith(wanted) ? 4 : 9 }))
      .filter((row) => row.grade < 9);
    return [...whole, ...(whole.length < 6 && wanted.length > 2 ? alike(wanted, whole) : [])]
      .sort((a, b) => a.grade - b.grade || a.rank - b.rank || a.k - b.k).slice(0, 12);
  }

  // A name that was mistyped shares most of its runs of three letters with the right one.
  function alike(wanted, found) {
    const runs = (text) => Array.from({ length: text.length }, (_, k) => ` ${text} `.slice(k, k + 3));
    const sought = runs(wanted), have = new Set(found.map((row) => row.k)), near = [];
    index.forEach((row, k) => {
      const name = ` ${row.name} `, shared = sought.filter((run) => name.includes(run)).length;
      if (shared < 0.45 * sought.length || have.has(k)) return;
      const best = Math.max(...row.name.split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => {
        const own = runs(word);
        return (2 * own.filter((run) => sought.includes(run)).length) / (own.length + sought.length);
      }), 0);
      if (best >= 0.4) near.push({ ...row, k, grade: 5 - best });
    });
    return near;
  }

  function listHits() {
    found = lookup(search.value);
    active = found.length ? 0 : -1;
    const none = search.value.trim() && !found.length;
    hits.replaceChildren(...found.map((row, k) => {
      const item = el("li", { role: "option", id: `hit-${k}`, "aria-selected": String(k === active) },
        row.s === nodes ? icon(row.i) : swatch(row.s.style, row.s.geometry, row.s.class_of(row.i)),
        el("span", { class: "what" }, row.s.title_of(row.i)),
        el("span", { class: "count" }, row.s === nodes ? [said("kind", key(nodes.value("kind", row.i))),
          nodes.value("scope", row.i) === "context" ? ", context" : ""] : row.s.title));
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
  let opened = null, back = null, folded = false;

  function open(s, i, { move = false, focus = false, from = null } = {}) {
    opened = { s, i };
    if (focus) back = document.activeElement;
    drawer(false);
    if (!s.on) byId(`show-${s.id}`).click();
    const near = from ? neighbours(from, s, i) : [];
    details.replaceChildren(...(s === nodes ? nodeDetails(i) : featureDetails(s, i)),
      ...(near.length ? [el("h3", null, "Also here"), el("ul", { class: "near" }, near.map(([t, k]) => el("li", null, opener(t, k, t.title))))] : []));
    details.hidden = false;
    details.scrollTop = 0;
    map.invalidateSize({ pan: false });
    if (byId("legend").open && map.getSize().x < 820) {
      byId("legend").open = false;
      folded = true;
    }
    paint();
    remember();
    if (move) go(s.place(i), s.geometry === "point" ? 4 : 2.5);
    if (focus) details.querySelector("h2").focus();
  }

  function go(where, least) {
    if (!where) return;
    const place = at(...where);
    const zoom = Math.max(map.getZoom(), least);
    const low = narrow.matches ? details.offsetHeight / 2 : 0;
    const target = map.unproject(map.project(place, zoom).add([0, low]), zoom);
    map.setView(target, zoom, { animate: !calm.matches && map.getZoom() === zoom });
    atHome = false;
  }

  function close() {
    if (details.hidden) return;
    details.hidden = true;
    opened = null;
    paint();
    remember();
    map.invalidateSize({ pan: false });
    if (folded) byId("legend").open = true;
    folded = false;
    if (back && back.isConnected && back.offsetParent) back.focus();
    else if (details.contains(document.activeElement) || document.activeElement === document.body) map.getContainer().focus({ preventScroll: true });
    back = null;
  }

  function neighbours(where, s, i) {
    const reach = 10 / map.options.crs.scale(map.getZoom());
    return seen().filter((t) => t.geometry === "point")
      .flatMap((t) => t.within(where, reach).map(([k]) => [t, k]))
      .filter(([t, k]) => t !== s || k !== i).slice(0, 8);
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
    const rows = s.whole().columns.filter((column) => !skip.includes(column.name));
    return rows.length ? el("dl", { class: "facts" }, rows.map((column) => fact(
      upper(words(column.name)), shown(cell(column, i), column.unit), column.meaning))) : null;
  }

  function featureDetails(s, i) {
    const place = s.geometry === "point" ? at(...s.place(i)) : null;
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
  // --- the three gates: climate, defence, people --------------------------------------------------------

  const CLASSED = [["climate", "Climate", "hazard_class", ["high"]], ["military", "Defence", "military_class", ["high"]],
    ["civil", "People", "dependence_class", ["high", "moderate"]]];
  const UNITS = { "m a-1": "m a year", degC: "°C", months: "months", persons: "people" };
  const TIERS = {
    measured: "measured at the place", typed: "typed from a publication", mapped: "read from a published map",
    modelled: "modelled", proxy: "a proxy from modelled air alone",
  };
  const anchor = Object.fromEntries(data.anchors.map((a) => [a.id, a.value]));
  const isKnown = (row) => row.state === "known" && (row.value !== null || row.label !== null || row.score !== null);
  const classOf = (score) => (score === null ? "unknown" : ["low", "moderate", "high"][Math.round(2 * score)]);

  // Low with hazards that are not known is low so far.
  function classWord(name, i) {
    const value = nodes.value(name, i);
    return name === "hazard_class" && value === "low" && nodes.value("lacking", i) !== null ? "low so far" : value;
  }

  const short = (value) => (typeof value === "number" ? number(Number(value.toPrecision(value >= 1000 ? 6 : 3))) : value);
  // Value from low to high with its unit; a class and a yes or no in words.
  function measured(row) {
    if (row.unit === "report") return row.value === null ? null : row.value ? `reported of the ${row.label ?? "place"}` : "none reported";
    if (row.unit === "class" || (row.value === null && row.label !== null)) return row.label ?? (row.value === null ? null : short(row.value));
    if (row.value === null) return null;
    if (row.scale === "class" && row.unit === "1" && [0, 1].includes(row.value)) return row.value ? "yes" : "no";
    const low = row.value_low ?? row.value, high = row.value_high ?? row.value, unit = row.unit === "1" ? "" : ` ${UNITS[row.unit] || row.unit}`;
    if (low === row.value && low < high) return `${short(low)} to ${short(high)}${unit}`;
    return `${short(row.value)}${low < high ? ` (${short(low)} to ${short(high)})` : ""}${unit}`;
  }
  const INDICATORS = {
    ten_t_network: "TEN-T network", roro: "ro-ro", paved_1067_m: "paved, 1\u202f067 m", paved_2359_m: "paved, 2\u202f359 m", width_27_4_m: "width 27.4 m",
  };
  const indicator = (row) => INDICATORS[row.indicator] || words(key(row.indicator));
  const labelled = (row) => `${indicator(row)} ${measured(row)}${row.label !== null && measured(row) !== row.label ? `, ${row.label}` : ""}`;
  const titleOf = (id) => (id === null ? "source unknown" : sources.has(id) ? sources.get(id).title : id);
  const knownFrom = (rows) => [...new Set(rows.map((row) => `${titleOf(row.source_id)}, ${row.as_of ?? "as of unknown"}`))].join("; ");
  const small = (...content) => el("p", { class: "small" }, content);

  function gates(i, rows) {
    const told = { climate: climateGate, military: militaryGate, civil: civilGate };
    return el("div", { class: "gates" }, CLASSED.filter(([,, name]) => nodes.column[name] || nodes.whole().column[name]).map(([axis, title, name, open]) => {
      const value = key(nodes.value(name, i)), met = open.includes(value);
      const exit = exitOf(i, axis);
      return el("section", { class: `gate ${CLASS_ORDER[value] ? value : "unknown"}` },
        el("h3", null, title, el("span", { class: "class" }, classWord(name, i) ?? "unknown"),
          el("span", { class: "met" }, met ? "✓ met" : value === "unknown" ? "? open" : "– not met")),
        told[axis](i, rows), exit === null ? null : small(el("span", { class: "lead" }, "Nearest turn: "), exit, "."));
    }));
  }

  // A datum that decides is one of the climate, or of the facility where that alone is not known.
  function lackingData(i) {
    const datum = nodes.value("deciding_datum", i), parts = datum === null ? [] : datum.split("; ");
    const isFacility = nodes.value("flag", i) === "insufficient_data" && nodes.value("military_class", i) === "unknown";
    return isFacility ? { facility: parts[0] ?? null, climate: parts.slice(1).join("; ") || null } : { facility: null, climate: datum };
  }

  // Of a fact that somebody published the note names the publication; the address stands with the evidence.
  function citation(row) {
    const note = (row.note ?? "").replace(/ *\(https?:[^)]*\)/g, "").replace(/\.$/, "");
    const own = row.label === null ? note : note.replace(`${row.label}; `, "");
    return ["typed", "mapped"].includes(row.tier) && own ? own : titleOf(row.source_id);
  }

  function climateGate(i, rows) {
    const deciding = nodes.value("hazard_deciding", i), tier = nodes.value("hazard_tier", i), lacking = nodes.value("lacking", i);
    const hazards = rows.filter((row) => row.axis === "climate" && isKnown(row) && row.score !== null);
    const first = hazards.find((row) => deciding !== null && deciding.startsWith(words(row.indicator)));
    const rest = hazards.filter((row) => row !== first);
    const worse = nodes.value("hazard_could_be", i), { climate } = lackingData(i);
    return [
      el("p", { class: "deciding" }, deciding === null ? "No hazard that applies is known." : `${upper(deciding).replace(/ m a-1\b/, " m a year")}.`),
      tier === null ? null : small(upper(TIERS[tier] || tier), first ? `, ${first.as_of ?? "as of unknown"}: ${citation(first)}.` : "."),
      rest.length ? small(el("span", { class: "lead" }, "Also known: "), `${rest.map((row) => `${labelled(row)}: ${classOf(row.score)}`).join("; ")}.`) : null,
      lacking === null ? null : small(el("span", { class: "lead" }, "Not known: "), `${lacking}.`),
      worse === null ? null : el("p", { class: "could" }, `Could be ${worse}: ${climate ?? "what would tell"} is not known.`),
    ];
  }

  // The scores of the parts stand in the sentences of the node.
  const PARTS = ["facility", "hinterland", "position", "association"];
  function partsOf(i) {
    const text = nodes.value("reasons", i) || "";
    const found = PARTS.map((name) => [name, (text.match(new RegExp(`\\b${name} (not known|[01]\\.\\d\\d)`)) || [])[1]]);
    return found.filter(([name, score]) => score !== undefined && (name !== "association" || data.with_association));
  }

  function militaryGate(i, rows) {
    const mine = rows.filter((row) => row.axis === "military" && row.weight > 0);
    const facility = mine.filter((row) => row.group === "m_facility" && isKnown(row));
    const unknown = mine.filter((row) => row.state === "unknown").map(indicator);
    const { facility: datum } = lackingData(i), coverage = nodes.value("military_coverage", i);
    const part = ([name, score]) => {
      const at = name === "facility" ? anchor.facility_high : anchor.part_holds, value = Number(score), holds = value >= at;
      const some = name === "facility" && !holds && value >= anchor.facility_moderate;
      return el("li", null, el("span", { class: "sign", "aria-hidden": "true" }, holds ? "✓" : some ? "~" : score === "not known" ? "?" : "–"),
        `${upper(name)} ${score}`, el("span", { class: "hide" }, holds ? ", holds" : some ? ", moderate" : score === "not known" ? "" : ", does not hold"));
    };
    return [
      el("ul", { class: "parts" }, partsOf(i).map(part)),
      small(`Facility holds from ${anchor.facility_high} (moderate from ${anchor.facility_moderate}), each other from ${anchor.part_holds}; high needs the facility and two others.`),
      facility.length ? small(el("span", { class: "lead" }, "Facility: "), `${facility.map(labelled).join("; ")}.`) : null,
      facility.length ? small(el("span", { class: "lead" }, "Known from: "), `${knownFrom(facility)}.`) : null,
      unknown.length ? small(el("span", { class: "lead" }, "Not known: "), `${unknown.join(", ")}${coverage === null ? "" : ` (${percent(coverage)} of the weight is known)`}.`) : null,
      datum === null ? null : el("p", { class: "could" }, `Would tell: ${datum}.`),
    ];
  }

  function civilGate(i, rows) {
    const mine = rows.filter((row) => row.axis === "civil"), known = mine.filter(isKnown);
    const unknown = mine.filter((row) => row.state === "unknown").map(indicator);
    const steps = (row) => stepsOf(row).replace(/ people$/, "");
    const line = (row) => `${upper(indicator(row))}: ${measured(row)}${row.label === null ? "" : `, ${row.label}`}${steps(row) ? ` (${steps(row)})` : ""}.`;
    const ranked = [...known].sort((a, b) => (b.score ?? -1) - (a.score ?? -1));
    return [
      ranked.length ? el("p", { class: "deciding" }, line(ranked[0])) : el("p", { class: "deciding" }, "Nothing is known."),
      ranked.slice(1).map((row) => small(line(row))),
      ranked.length ? small(el("span", { class: "lead" }, "Known from: "), `${knownFrom([ranked[0]])}.`) : null,
      unknown.length ? small(el("span", { class: "lead" }, "Not known: "), `${unknown.join(", ")}.`) : null,
    ];
  }

  // Where the score of a row turns.
  function stepsOf({ scale, unit, zero_at: zero, one_at: one, axis, note }) {
    if (zero === null || one === null || unit === "class" || (note !== null && /\b0 at\b/.test(note))) return "";
    const of = unit === "1" ? "" : ` ${UNITS[unit] || unit}`, at = number;
    switch (scale) {
      case "steps": return zero === one ? `moderate from ${at(zero)}${of}` : `moderate from ${at(zero)}, high from ${at(one)}${of}`;
      case "ramp": case "log ramp": return `0 at ${at(zero)}, 1 at ${at(one)}${of}`;
      case "at least": return `${axis === "civil" ? "high" : "counts"} from ${at(one)}${of}`;
      case "within": return `counts within ${at(one)}${of}`;
      case "warmer than": return `warm from ${at(one)}${of}`;
      case "runway": return `0.5 at ${at(zero)}, 1 at ${at(one)}${of}`;
      default: return "";
    }
  }

  const list = (text) => (text ? el("ul", { class: "plainlist" }, text.split(";").map((part) => part.trim()).filter(Boolean)
    .map((part) => el("li", null, part))) : shown(null));

  const DRAWS = " of the draws";
  function nodeDetails(i) {
    nodes.whole();
    const get = (name) => nodes.value(name, i);
    const dual = get("dual_use_class"), special = get("special_status"), scope = get("scope"), rows = evidenceRows(i);
    const age = get("fact_age_years");
    return [
      heading([said("kind", key(get("kind"))), get("site_kind") === null ? "" : `, ${words(get("site_kind"))}`], nodes.title_of(i), icon(i)),
      scope === "context" ? el("p", { class: "small scope" }, "Context: outside the boundary of the Arctic, judged, never flagged.") : null,
      gates(i, rows),
      el("p", { class: "badges" }, el("span", { class: `flag ${get("flag") || ""}` }, get("flag") === null ? "Flag unknown" : said("flag", get("flag"))),
        overlaps(i) === "overlap" && !["robust", "possible"].includes(get("flag")) ? el("span", { class: "flag overlap" }, "Overlap") : null),
      el("dl", { class: "facts" },
        fact("Climate and defence overlap", `${percent(get("overlap_probability"))}${DRAWS}`, "climate moderate or high and defence high"),
        fact("All three: critical", scope === "context" ? "never flagged" : `${percent(get("flag_probability"))}${DRAWS}`, "climate high, defence high, people moderate or high"),
        nodes.column.nearest_exit ? fact("Nearest exit", upper(get("nearest_exit") || "unknown")) : null,
        fact("Dual-use class", dual ? `${dual}, ${DUAL[dual] || ""}` : shown(null)),
        scope === null ? null : fact("Scope", said("scope", scope)),
        fact("Place", placeDetails(i)),
        age === null ? null : fact("Oldest fact that decides", `${number(age)} years old`),
        fact("Country", get("country_iso3") ? countryName(get("country_iso3")) : shown(null)),
        fact("Institution", get("institution") ? said("institution", get("institution")) : shown(null)),
        special ? fact("Special status", upper(words(special))) : null,
        fact("Position", [`${latitude(get("latitude_deg") ?? at(...nodes.place(i)).lat)}, ${longitude(get("longitude_deg") ?? at(...nodes.place(i)).lng)}`,
          get("position_uncertainty_km") === null ? ", uncertainty unknown" : ` ± ${number(get("position_uncertainty_km"))} km`])),
      changes ? el("p", { class: "small change" }, changes.told(i)) : null,
      ...(since ? since.of("node") : []).filter((row) => row.subject_id === get("node_id"))
        .map((row) => el("p", { class: "small change" }, `Since ${since.before.day}: ${lower(since.told(row))} ${upper(row.cause)}: ${row.why}`)),
      el("h3", null, "In sentences"),
      get("reasons") ? el("p", { class: "reasons" }, get("reasons")) : el("p", null, shown(null)),
      el("h3", null, "Climate facts"),
      climateFacts(i, rows),
      el("h3", null, "Evidence"),
      ...evidenceTables(rows),
      el("h3", null, "Of the node"),
      el("dl", { class: "facts" },
        fact("NATO baseline requirements", list(get("baseline_requirements"))),
        fact("CER sectors", list(get("cer_sectors"))),
        nodes.column.sources ? fact("Position and attributes from", list(get("sources"))) : null,
        nodes.columns.filter((column) => !TOLD.has(column.name)).map((column) => fact(
          SPELT[column.name] || upper(words(column.name)), shown(cell(column, i), column.unit), column.meaning)),
        fact("Key", get("node_id"))),
      origin(get("source_id"), get("as_of")),
    ].filter(Boolean);
  }
  // What the page adds to a node: no column of the table, and so none of its CSV.
  const ADDED = ["mark", "lacking"];
  const FACTS = [
    ["Permafrost", "h_permafrost", (get) => (get("permafrost_zone") === "unknown" ? null : get("permafrost_zone"))],
    ["Ground ice", "h_permafrost", (get) => (get("ground_ice") !== "unknown" ? get("ground_ice") : get("permafrost_zone") === "none" ? "no permafrost" : null)],
    ["Ice, last ten years", "h_seaice", (get) => spanned(get("ice_months_recent"), null, null, "months a year")],
    ["Ice lost since 1981–2010", "h_seaice", (get) => spanned(get("ice_months_lost"), get("ice_months_lost_low"), get("ice_months_lost_high"), "months a year")],
    ["Coastal erosion", "h_coast", (get) => spanned(get("coastal_erosion_m_per_year"), null, null, "m a year")],
    ["Sea level by 2100", "h_level", (get) => spanned(get("relative_sea_level_m"), get("relative_sea_level_low_m"), get("relative_sea_level_high_m"), "m")],
  ];
  const spanned = (value, low, high, unit) => (value === null ? null : `${short(value)}${low !== null && high !== null && low < high ? ` (${short(low)} to ${short(high)})` : ""} ${unit}`);
  // A fact that does not apply to a kind has no evidence row, and is no gap.
  function climateFacts(i, rows) {
    const applies = (group) => !rows.length || rows.some((row) => row.group === group && row.state !== "not_applicable");
    return el("dl", { class: "facts" }, FACTS.map(([title, group, told]) => {
      const value = told((name) => nodes.value(name, i));
      return value === null && !applies(group) ? null : fact(title, value ?? shown(null));
    }));
  }

  // What the details say in a place of its own; any other column a node has is listed by its name.
  const TOLD = new Set([...SPINE, ...ADDED, "kind", "site_kind", "dual_use_class", "flag", "flag_probability", "overlap_probability", "scope", "in_arctic",
    "place", "place_id", ...CLASSED.map(([,, name]) => name), "hazard_deciding", "hazard_tier", "hazard_could_be", "deciding_datum",
    "military_low", "military_high", "military_known", "military_coverage", "permafrost_zone", "ground_ice", "ice_months_recent",
    "ice_months_lost", "ice_months_lost_low", "ice_months_lost_high", "coastal_erosion_class", "coastal_erosion_m_per_year",
    "relative_sea_level_m", "relative_sea_level_low_m", "relative_sea_level_high_m", "fact_age_years", "country_iso3", "institution",
    "special_status", "latitude_deg", "longitude_deg", "position_uncertainty_km", "reasons", "nearest_exit", "baseline_requirements",
    "cer_sectors", "sources", "node_id"]);
  const SPELT = { sources_apart_km: "Sources apart" };

  // The place of a node and the other nodes there, the weightiest first.
  function placeDetails(i) {
    const place = nodes.value("place", i), id = nodes.value("place_id", i), others = [];
    if (place === null && id === null) return shown(null);
    for (let k = 0; k < nodes.count; k++) if (k !== i && nodes.value("place_id", k) === id) others.push(k);
    others.sort((a, b) => standing(b) - standing(a));
    if (!others.length) return [place ?? id, el("span", { class: "small" }, ", no other node")];
    const mark = (k) => (nodes.class_of(k) ? nodes.class_of(k).label.replace(/[,:(].*/, "") : "");
    return el("details", { class: "others", open: others.length <= 6 }, el("summary", null, `${place ?? id}, ${count(others.length, "other node")}`),
      el("ul", null, others.map((k) => el("li", null, opener(nodes, k, ["context", "not_flagged"].includes(nodes.value("mark", k)) ? "" : mark(k))))));
  }

  let evidence;
  function openEvidence() {
    if (evidence !== undefined) return evidence;
    evidence = block("evidence-data");
    if (!evidence) return evidence;
    const named = (columns) => Object.fromEntries(columns.map((c) => [c.name, c]));
    Object.assign(evidence, { starts: startsOf(unpack(evidence.counts)), saying: unpack(evidence.saying), column: named(evidence.columns), said: named(evidence.sayings) });
    if (evidence.exits) Object.assign(evidence.exits, { starts: startsOf(unpack(evidence.exits.counts)), column: named(evidence.exits.columns) });
    return evidence;
  }

  const ROW = ["axis", "group", "indicator", "value", "value_low", "value_high", "label", "unit", "score", "scale", "zero_at", "one_at", "weight", "tier", "state", "source_id", "as_of", "note"];
  function evidenceRows(i) {
    const held = openEvidence();
    if (!held) return [];
    const get = (name, row) => (held.said[name] ? cell(held.said[name], held.saying[row]) : cell(held.column[name], row));
    return Array.from({ length: held.starts[i + 1] - held.starts[i] }, (_, k) => Object.fromEntries(ROW.map((name) => [name, get(name, held.starts[i] + k)])));
  }

  function exitOf(i, axis) {
    const held = openEvidence() && evidence.exits;
    if (!held) return null;
    for (let row = held.starts[i]; row < held.starts[i + 1]; row++) if (cell(held.column.axis, row) === axis) return cell(held.column.words, row);
    return null;
  }

  const AXIS_NAMES = { climate: "Climate", military: "Defence", civil: "People", access: "Sea access", dual_use: "Dual use" };
  const GROUP_NAMES = {
    h_seaice: "Sea ice", h_permafrost: "Permafrost", h_coast: "Coast", h_level: "Sea level", m_facility: "Facility", m_hinterland: "Hinterland",
    m_position: "Position", m_association: "Association", m_policy: "Association: policy", c_sole: "Without another", c_people: "Within reach",
    a_season: "Season", d_documented: "Documented", d_required: "Required of its kind", d_supporting: "Supporting",
  };
  const EVIDENCE_HEAD = ["Indicator", "Value", "Score", "How known"];
  function evidenceTables(rows) {
    if (!rows.length) return [el("p", null, "No evidence row is stored for this node.")];
    return [...new Set(rows.map((row) => row.axis))].map((axis) => {
      const mine = rows.filter((row) => row.axis === axis);
      return el("table", { class: "evidence" },
        el("caption", null, AXIS_NAMES[axis] || upper(words(key(axis)))),
        el("thead", null, el("tr", null, EVIDENCE_HEAD.map((title) => el("th", { scope: "col" }, title)))),
        [...new Set(mine.map((row) => row.group))].map((group) => [
          group === null ? null : el("tbody", { class: "group" }, el("tr", null, el("th", { colspan: EVIDENCE_HEAD.length, scope: "rowgroup" }, GROUP_NAMES[group] || upper(words(group))))),
          mine.filter((row) => row.group === group).map(evidenceRow)]));
    });
  }

  function evidenceRow(row) {
    const state = key(row.state), known = state === "known", none = state === "not_applicable";
    // What rests on a source that is held back or missing is no common unknown: it was not judged by.
    const doubted = row.note !== null && row.note.startsWith("not assessed");
    const value = measured(row), label = row.label !== null && row.label !== value ? el("span", { class: "small label" }, row.label) : null;
    const word = ["climate", "civil"].includes(row.axis) && row.score !== null ? el("span", { class: "small label" }, classOf(row.score)) : null;
    const foot = [titleOf(row.source_id), row.as_of === null ? "as of unknown" : `as of ${row.as_of}`, stepsOf(row),
      row.weight > 0 ? `weight ${short(row.weight)}` : "", row.note].filter(Boolean);
    return el("tbody", { class: known ? null : "missing" },
      el("tr", null, el("th", { scope: "row" }, row.indicator === null ? shown(null) : upper(indicator(row))),
        el("td", null, value === null && none ? "–" : shown(value), label),
        el("td", null, row.score === null ? (known || none ? "–" : shown(null)) : short(row.score), word),
        el("td", null, doubted ? "not assessed" : known && row.tier !== null ? row.tier : none ? "does not apply" : words(state))),
      el("tr", { class: "foot" }, el("td", { colspan: EVIDENCE_HEAD.length }, foot.join(" · "))));
  }

  // --- measure: geodesics on WGS 84 ---------------------------------------------------------------------

  const measure = { on: false, places: [] };
  const lonLat = (where) => plane.inverse(where);
  measure.length = () => measure.places.slice(1).reduce((sum, to, k) => sum + geodesic(lonLat(measure.places[k]), lonLat(to)), 0);
  measure.add = (where) => {
    measure.places.push(where);
    measure.tell();
  };
  measure.tell = () => {
    const n = measure.places.length;
    byId("measured").textContent = n === 0 ? "Click on the map, or press Enter for its centre, to set points."
      : n === 1 ? "First point set; set the next." : `${number(Number((measure.length() / 1000).toPrecision(5)))} km along ${count(n - 1, "geodesic")} (WGS 84)`;
    byId("measure-undo").disabled = !n;
    paint();
  };
  measure.turn = (on) => {
    measure.on = on;
    if (!on) measure.places = [];
    byId("measure").hidden = !on;
    document.body.classList.toggle("measuring", on);
    byId("measure-open").setAttribute("aria-pressed", String(on));
    map.getContainer().style.cursor = on ? "crosshair" : "";
    measure.tell();
    if (on) map.getContainer().focus({ preventScroll: true });
  };
  // Between two places the great circle, which on a map of this scale hides the geodesic.
  measure.draw = (ctx, view) => {
    const look = { ...baseLook("selection"), fill: null, weight: 2 };
    ctx.beginPath();
    measure.places.forEach((to, k) => {
      const steps = k ? arc(lonLat(measure.places[k - 1]), lonLat(to)) : [to];
      steps.forEach((step, j) => (k || j ? ctx.lineTo(...pixel(view, step)) : ctx.moveTo(...pixel(view, step))));
    });
    if (measure.places.length > 1) inked(ctx, { ...look, color: baseLook("mask").fill, weight: 5 });
    if (measure.places.length > 1) inked(ctx, { ...look, dash: [6, 3] });
    for (const place of measure.places) {
      trace(ctx, "circle", ...pixel(view, place), 4.5);
      inked(ctx, { ...look, fill: baseLook("mask").fill });
    }
  };
  function arc(from, to) {
    const vector = ([lng, lat]) => [Math.cos(lat * RAD) * Math.cos(lng * RAD), Math.cos(lat * RAD) * Math.sin(lng * RAD), Math.sin(lat * RAD)];
    const p = vector(from), q = vector(to), angle = Math.acos(Math.max(-1, Math.min(1, p.reduce((sum, v, k) => sum + v * q[k], 0))));
    if (angle < 1e-9) return [plane.forward(to)];
    return Array.from({ length: 32 }, (_, k) => {
      const t = (k + 1) / 32, u = Math.sin((1 - t) * angle), v = Math.sin(t * angle);
      const [x, y, z] = p.map((c, j) => u * c + v * q[j]);
      return plane.forward([Math.atan2(y, x) / RAD, Math.atan2(z, Math.hypot(x, y)) / RAD]);
    });
  }
  byId("measure-open").addEventListener("click", () => { byId("tools").open = false; measure.turn(!measure.on); });
  byId("measure-undo").addEventListener("click", () => { measure.places.pop(); measure.tell(); });
  byId("measure-done").addEventListener("click", () => measure.turn(false));

  // --- table of the nodes shown, and the same as CSV ----------------------------------------------------

  const PAGE = 200;
  const plainly = (name) => [(i) => nodes.value(name, i), (i) => nodes.value(name, i)];
  const spokenly = (name) => [(i) => nodes.value(name, i) && said(name, nodes.value(name, i)), (i) => nodes.value(name, i)];
  const graded = (name) => [(i) => classWord(name, i), (i) => [null, "low", "moderate", "high"].indexOf(nodes.value(name, i)) || null];
  const shared = (name) => [(i) => percent(nodes.value(name, i)), (i) => nodes.value(name, i)];
  // What is critical comes first, then what overlaps, each by its share of the draws.
  const standing = (i) => -(nodes.class_of(i) || { rank: 9 }).rank + 0.6 * (nodes.value("flag_probability", i) || 0) + 0.3 * (nodes.value("overlap_probability", i) || 0);
  const FIELDS = [
    ["Name", (i) => nodes.title_of(i), (i) => nodes.title_of(i)],
    ["Place", ...plainly("place")],
    ["Kind", ...spokenly("kind")],
    ["Country", (i) => nodes.value("country_iso3", i) && countryName(nodes.value("country_iso3", i)), (i) => nodes.value("country_iso3", i)],
    ["Scope", (i) => nodes.value("scope", i) && said("scope", nodes.value("scope", i)).replace(/:.*/, ""), (i) => nodes.value("scope", i)],
    ["Flag", (i) => nodes.value("flag", i) && said("flag", nodes.value("flag", i)), standing],
    ["Critical", ...shared("flag_probability")], ["Overlap", ...shared("overlap_probability")],
    ["Climate", ...graded("hazard_class")], ["Defence", ...graded("military_class")], ["People", ...graded("dependence_class")],
    ["Dual use", ...plainly("dual_use_class")],
    ["Institution", ...spokenly("institution")],
  ];
  const ordering = { field: 5, rising: false, page: 0 };

  function listed() {
    const chosen = [];
    for (let i = 0; i < nodes.count; i++) if (!nodes.hidden[i]) chosen.push([i, FIELDS[ordering.field][2](i)]);
    const turnBy = ordering.rising ? 1 : -1;
    // What is unknown comes last, whichever way the rest runs.
    return chosen.sort(([i, a], [j, b]) => (a === null) - (b === null)
      || turnBy * (typeof a === "string" ? byName(a, b) : a - b) || i - j).map(([i]) => i);
  }

  function openTable() {
    drawer(false);
    ordering.page = 0;
    fillTable();
    if (!byId("table-view").open) byId("table-view").showModal();
  }

  function fillTable() {
    const rows = listed(), pages = Math.max(1, Math.ceil(rows.length / PAGE)), first = ordering.page * PAGE;
    const step = (text, by) => {
      const button = el("button", { type: "button", disabled: ordering.page + by < 0 || ordering.page + by >= pages }, text);
      button.addEventListener("click", () => { ordering.page += by; fillTable(); });
      return button;
    };
    const save = el("button", { type: "button", id: "csv" }, "Download as CSV");
    save.addEventListener("click", () => download(rows));
    const head = FIELDS.map(([title], k) => {
      const sort = el("button", { type: "button", class: "sort" }, title, el("span", { "aria-hidden": "true" }, k === ordering.field ? (ordering.rising ? " ▲" : " ▼") : ""));
      sort.addEventListener("click", () => {
        Object.assign(ordering, { rising: k === ordering.field ? !ordering.rising : k < 5 || k > 10, field: k, page: 0 });
        fillTable();
        byId("table-view").querySelectorAll(".sort")[k].focus();
      });
      return el("th", { scope: "col", "aria-sort": k !== ordering.field ? "none" : ordering.rising ? "ascending" : "descending" }, sort);
    });
    fillDialog("table-view", "Nodes shown", [
      el("p", { class: "bar", id: "table-count" }, `${byId("shown").textContent}, ${rows.length ? `${number(first + 1)} to ${number(Math.min(first + PAGE, rows.length))} here` : "none here"}.`,
        step("Previous", -1), step("Next", 1), save),
      el("div", { class: "wide", tabindex: "0", role: "region", "aria-labelledby": "table-view-title" }, el("table", { class: "nodes" },
        el("thead", null, el("tr", null, head)),
        el("tbody", null, rows.slice(first, first + PAGE).map((i) => {
          const name = el("button", { type: "button", class: "item" }, icon(i), el("span", { class: "what" }, nodes.title_of(i)));
          name.addEventListener("click", () => { byId("table-view").close(); open(nodes, i, { move: true, focus: true }); });
          return el("tr", null, el("th", { scope: "row" }, name), FIELDS.slice(1).map(([, shownAs]) => el("td", null, shown(shownAs(i)))));
        })))),
    ]);
  }

  // A spreadsheet runs a cell that begins like a formula: an apostrophe makes it text again.
  function csvCell(value) {
    if (value === null) return "";
    if (typeof value !== "string") return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  }

  function download(rows) {
    const columns = nodes.whole().columns.filter((column) => !ADDED.includes(column.name));
    const lines = [columns.map((column) => column.name), ...rows.map((i) => columns.map((column) => cell(column, i)))];
    const text = lines.map((line) => line.map(csvCell).join(",")).join("\r\n");
    const address = URL.createObjectURL(new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" }));
    el("a", { href: address, download: `arctic-nodes-${data.day}.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  // --- two pictures -----------------------------------------------------------------------------------

  const changes = nodes && data.compare ? comparison(data.compare) : null;
  function comparison(given) {
    const column = Object.fromEntries(given.columns.map((c) => [c.name, c]));
    const value = (name, i) => cell(column[name], i);
    const is = { new: [], changed: [] };
    for (let i = 0; i < nodes.count; i++) {
      if (value("flag", i) === null) is.new.push(i);
      else if (value("flag", i) !== nodes.value("flag", i)) is.changed.push(i);
    }
    const flag = (v) => (v === null ? "unknown" : words(v));
    const other = `${given.scenario}, ${given.day}`;
    return {
      given, is, value, other, on: true,
      told: (i) => (value("flag", i) === null ? `New: not a node of the other picture (${other}).`
        : `Other picture (${other}): ${flag(value("flag", i))}, critical in ${percent(value("flag_probability", i))} of the draws; climate ${flag(value("hazard_class", i))}, defence ${flag(value("military_class", i))}, people ${flag(value("dependence_class", i))}.`),
      short: (i) => `${flag(value("flag", i))} → ${flag(nodes.value("flag", i))}`,
      draw(ctx, view) {
        if (!this.on || !nodes.on) return;
        const ring = (where, shape, look) => {
          trace(ctx, shape, ...pixel(view, where), 9 * view.size);
          inked(ctx, look);
        };
        const look = { ...baseLook("selection"), fill: null, weight: 1.6 };
        for (const i of is.changed) if (!nodes.hidden[i]) ring(nodes.place(i), "circle", look);
        for (const i of is.new) if (!nodes.hidden[i]) ring(nodes.place(i), "square", look);
        given.gone.forEach((lost) => {
          const [x, y] = pixel(view, lost.at.map((v) => v * POINT_GRID)), r = 5 * view.size;
          ctx.beginPath();
          for (const k of [-1, 1]) {
            ctx.moveTo(x - r, y - k * r);
            ctx.lineTo(x + r, y + k * r);
          }
          inked(ctx, look);
        });
      },
    };
  }

  function listChanges() {
    if (!changes) return;
    byId("changes").hidden = false;
    const { is, given } = changes;
    byId("changes-note").textContent = `Against ${changes.other}: ${count(is.changed.length, "flag")} changed (ringed), ${number(is.new.length)} new (squared), ${number(given.gone.length)} gone (crossed).`;
    const part = (title, items) => (items.length ? el("details", { class: "pillar" }, el("summary", null, `${title}, ${number(items.length)}`), el("ol", null, items)) : null);
    byId("changes-list").replaceChildren(...[
      part("Flag changed", is.changed.map((i) => el("li", null, opener(nodes, i, changes.short(i))))),
      part("New", is.new.map((i) => el("li", null, opener(nodes, i, said("kind", key(nodes.value("kind", i))))))),
      part("Gone", given.gone.map((lost) => el("li", null, `${lost.name || "without a name"}, ${said("kind", lost.kind)}, was ${words(lost.flag)}`))),
    ].filter(Boolean));
    byId("changes-on").addEventListener("change", (event) => { changes.on = event.target.checked; paint(); });
  }

  // --- what changed since the earlier picture --------------------------------------------------------------

  const KINDS_OF_CHANGE = [["flag changed", "Flag changed"], ["added", "Added"], ["gone", "Gone"], ["moved", "Moved"], ["changed", "Changed otherwise"]];
  const CAUSES = ["source changed", "world changed", "method changed"];
  const OPENED = 5; // more flags than these would push the layers out of sight
  function sinceBefore(given) {
    const column = Object.fromEntries((given.columns || []).map((c) => [c.name, c]));
    const rows = Array.from({ length: given.rows || 0 }, (_, i) => Object.fromEntries(given.columns.map((c) => [c.name, cell(c, i)])));
    const of = (subject) => rows.filter((row) => row.subject === subject);
    const counted = (change, cause) => given.counts.filter(([a, b]) => (!change || a === change) && (!cause || b === cause)).reduce((sum, [, , n]) => sum + n, 0);
    const isKnown = "columns" in given;
    const whole = isKnown ? counted() : 0;
    const told = (row) => `${row.change === "changed" ? `${upper(words(row.what))} was` : row.change === "moved" ? "Place was" : "Was"} ${row.was}, is ${row.now}.`;
    const by = KINDS_OF_CHANGE.map(([change, title]) => [title.toLowerCase(), isKnown ? counted(change) : 0]).filter(([, n]) => n);
    const said = !isKnown ? "the earlier picture could not be read, so what changed is unknown."
      : whole ? `${by.map(([title, n]) => `${number(n)} ${title}`).join(", ")}.` : "no node and no flag differs.";
    return { given, rows, of, counted, whole, isKnown, told, said, before: given.before };
  }
  const since = data.since ? sinceBefore(data.since) : null;
  const sinceRow = (row) => `${row.name || "Without a name"}: ${lower(since.told(row))}`;
  const lower = (text) => text.charAt(0).toLowerCase() + text.slice(1);

  function listSince() {
    if (!since) return;
    const { before } = since;
    byId("since").hidden = false;
    byId("since-title").textContent = `What changed since ${before.day}`;
    byId("since-note").textContent = `This picture, of ${data.day}, compared with picture ${before.seq} (${before.id}) of ${before.day}, which was ${before.status} when it was made.`;
    const line = (row) => {
      const why = el("p", { class: "small" }, row.cause ? el("strong", null, `${upper(row.cause)}: `) : null, row.subject === "rows" ? `${count(row.rows, "row")} ${row.change}` : row.why);
      if (row.subject !== "node") return el("li", null, el("p", null, row.name), row.was ? el("p", { class: "small" }, `${row.was}, then ${row.now}`) : null, why);
      const what = [el("span", { class: "what" }, row.name || "Without a name"), el("span", { class: "count" }, row.kind ? said("kind", row.kind) : null)];
      const name = el(row.change === "gone" ? "p" : "button", row.change === "gone" ? { class: "item" } : { type: "button", class: "item" }, what);
      if (row.change !== "gone") name.addEventListener("click", () => window.arcticPicture.select(row.subject_id));
      return el("li", null, name, el("p", null, since.told(row)), why);
    };
    const part = (title, rows, n, open) => (rows.length ? el("details", { class: "pillar", open }, el("summary", null, `${title}, ${number(n)}`),
      el("ol", null, rows.map(line)), n > rows.length ? el("p", { class: "small" }, `The first ${number(rows.length)}; the table “changes” of the GeoPackage holds them all.`) : null) : null);
    const head = ["Nodes", ...CAUSES.map((cause) => upper(cause.split(" ")[0])), "All"];
    const figures = (title, change) => el("tr", null, el("th", { scope: "row" }, title), [...CAUSES, null].map((cause) => el("td", null, number(since.counted(change, cause)))));
    const ofNodes = (change) => since.of("node").filter((row) => row.change === change);
    const others = [["Sources", since.of("source")], ["Rows of layers", since.of("rows")], ["Method", since.of("method")]];
    byId("since-body").replaceChildren(...(since.isKnown ? [
      since.whole ? el("table", { class: "counts" }, el("caption", { class: "small" }, "Changes by kind and cause"),
        el("thead", null, el("tr", null, head.map((title) => el("th", { scope: "col" }, title)))),
        el("tbody", null, KINDS_OF_CHANGE.map(([change, title]) => figures(title, change)), figures("All", null))) : el("p", null, upper(since.said)),
      ...KINDS_OF_CHANGE.map(([change, title]) => part(title, ofNodes(change), since.counted(change), change === "flag changed" && since.counted(change) <= OPENED)),
      ...others.map(([title, rows]) => part(title, rows, rows.length, false)),
    ].filter(Boolean) : [el("p", { class: "late" }, upper(since.said))]));
  }

  // --- full screen, print, theme --------------------------------------------------------------------------

  byId("full").hidden = !document.fullscreenEnabled;
  byId("full").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()));
  document.addEventListener("fullscreenchange", () => { byId("full").textContent = document.fullscreenElement ? "Leave full screen" : "Full screen"; });

  // The map of a print is drawn for its paper, in light colours, before the browser looks at it.
  let before = null;
  function forPaper(on) {
    if (on === printing) return;
    const view = [map.getCenter(), map.getZoom(), atHome];
    printing = on;
    document.documentElement.classList.toggle("printing", on);
    if (on) before = { view, legend: byId("legend").open };
    tellCaveats();
    byId("legend").open = on || before.legend;
    map.invalidateSize({ pan: false });
    if ((on ? view : before.view)[2]) { fit(); atHome = true; }
    else map.setView(before.view[0], before.view[1], { reset: true, animate: false });
    repaint();
  }
  addEventListener("beforeprint", () => forPaper(true));
  addEventListener("afterprint", () => forPaper(false));
  byId("print").addEventListener("click", () => { byId("tools").open = false; window.print(); });

  function repaint() {
    const chosen = printing ? "light" : theme;
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    for (const again of swatches) again();
    drawLegend();
    paint();
    if (names._map) names._write();
    if (nodes) listFlagged();
    if (opened) open(opened.s, opened.i);
  }
  byId("theme").addEventListener("change", (event) => { theme = event.target.value; repaint(); remember(); });

  // --- the view as an address -----------------------------------------------------------------------------

  let later = 0, restoring = true;
  function remember() {
    if (restoring) return;
    clearTimeout(later);
    later = setTimeout(() => history.replaceState(null, "", `#${address()}`), 150);
  }

  function address() {
    const query = new URLSearchParams(), { lat, lng } = map.getCenter();
    if (!atHome) {
      query.set("at", `${lat.toFixed(4)},${lng.toFixed(4)}`);
      query.set("zoom", map.getZoom().toFixed(2));
    }
    query.set("south", lon0);
    query.set("layers", sheets.filter((s) => s.on).map((s) => s.id).join("."));
    if (ice) query.set("month", ice.month);
    for (const [name] of FILTERS) for (const value of refused[name]) query.append(`no_${name}`, value);
    if (theme !== "system") query.set("theme", theme);
    if (opened && opened.s === nodes) query.set("node", nodes.value("node_id", opened.i));
    return query;
  }

  function restore() {
    const query = new URLSearchParams(location.hash.slice(1));
    if (![...query].length) return;
    restoring = true;
    const south = Number(query.get("south"));
    if (query.has("south") && south >= -180 && south <= 180 && south !== lon0) turn(south);
    if (query.has("layers")) {
      const wanted = query.get("layers").split(".");
      for (const s of sheets) if (s.on !== wanted.includes(s.id)) byId(`show-${s.id}`).click();
    }
    const month = Number(query.get("month"));
    if (ice && month >= 1 && month <= 12) setMonth(Math.round(month));
    if (["light", "dark", "system"].includes(query.get("theme"))) byId("theme").value = theme = query.get("theme");
    if (nodes) {
      for (const [name] of FILTERS) refused[name] = new Set(query.getAll(`no_${name}`));
      for (const again of renewed) again();
      filter();
    }
    repaint();
    if (query.has("node")) window.arcticPicture.select(query.get("node"), false);
    const [lat, lng] = (query.get("at") || "").split(",").map(Number), zoom = Number(query.get("zoom"));
    if (query.has("at") && Number.isFinite(lat + lng + zoom)) {
      map.setView([lat, lng], zoom, { reset: true, animate: false });
      atHome = false;
    }
    restoring = false;
  }
  addEventListener("hashchange", restore);
  byId("link").addEventListener("click", async () => {
    history.replaceState(null, "", `#${address()}`);
    byId("link-text").hidden = false;
    byId("link-text").value = location.href;
    byId("link-text").select();
    // Where the browser keeps the clipboard to itself, the address stands there to be copied.
    try { await navigator.clipboard.writeText(location.href); byId("link").textContent = "Link copied"; } catch { byId("link").textContent = "Copy this link"; }
  });

  // --- strip, caveats, sources --------------------------------------------------------------------------------------------

  function strip() {
    byId("scope").textContent = `${data.region.title} · ${data.scenario}`;
    tellAge();
    setInterval(tellAge, 60_000);
    tellCaveats();
    byId("caveats-open").textContent = `All ${data.caveats.length} caveats, sources`;
  }

  // Paper has no button: it bears them all.
  function tellCaveats() {
    const news = printing && since ? [`What changed since ${since.before.day} (picture ${since.before.seq}): ${since.said}`, ...since.of("node").slice(0, 5).map(sinceRow)] : [];
    byId("first-caveats").replaceChildren(...news.map((text) => el("span", { class: "news" }, text)), data.caveats.slice(0, printing ? data.caveats.length : 2).join(" "));
  }

  // Age and end are by the reader's clock: a stored page cannot know when it is read.
  function tellAge() {
    grow();
    const late = data.late.length, now = Date.now();
    const days = Math.floor((now - Date.parse(`${data.day}T00:00:00Z`)) / 864e5);
    const gone = data.expires !== null && now >= Date.parse(data.expires);
    const state = gone ? "EXPIRED" : late ? "DEGRADED" : data.status;
    byId("status").className = state.toLowerCase();
    byId("status").replaceChildren(
      el("span", { class: "sign", "aria-hidden": "true" }, { EXPIRED: "■", COMPLETE: "●" }[state] || "▲"), el("strong", null, state),
      el("span", { class: "why" }, gone ? `on ${data.expires.slice(0, 10)}` : late
        ? `${late} of ${count(data.sources.length, "source")} stale, held or missing`
        : data.not_held.length ? `${count(data.not_held.length, "known source")} not held` : "every source held"));
    const age = days < 0 ? "dated after your clock's today" : days === 0 ? "today" : `${count(days, "day")} old`;
    byId("asof").replaceChildren(el("span", null, `As of ${data.day}`), el("span", { class: "age" }, age));
    if (gone && !seenExpired) {
      byId("expired").hidden = false;
      byId("expired-why").textContent = `This picture was good until ${data.expires.slice(0, 10)}; by your clock it is ${count(days, "day")} old. Build a new one before you rely on it.`;
    }
  }
  let seenExpired = false;
  byId("expired-open").addEventListener("click", () => { seenExpired = byId("expired").hidden = true; map.getContainer().focus(); });

  function method() {
    fillDialog("method", "How this picture is made", data.method.flatMap(([title, ...said]) => [
      el("h3", null, title), ...said.map((text) => el("p", null, text))]).concat(anchorTable()));
    byId("method-open").addEventListener("click", () => byId("method").showModal());
  }

  // Every value at which a class or a score turns, and by whose word.
  function anchorTable() {
    const head = ["What turns there", "Value", "Source"];
    return [el("h3", { id: "anchors-title" }, "Anchors"), el("p", null, "A convention is a choice of ours: it is printed, varied in the draws and open to change by a scenario of your own."),
      el("div", { class: "wide", tabindex: "0", role: "region", "aria-labelledby": "anchors-title" }, el("table", { class: "anchors" },
        el("thead", null, el("tr", null, head.map((title) => el("th", { scope: "col" }, title)))),
        el("tbody", null, data.anchors.map((a) => el("tr", null, el("th", { scope: "row" }, upper(a.meaning)),
          el("td", null, shown(a.value, UNITS[a.unit] || a.unit)), el("td", null, a.source))))))];
  }

  function fillDialog(id, title, content) {
    const dialog = byId(id);
    const shut = el("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
    shut.addEventListener("click", () => dialog.close());
    dialog.replaceChildren(el("header", { class: "title" }, el("h2", { id: `${id}-title` }, title), shut), ...content);
    if (!dialog.dataset.filled) dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.dataset.filled = "true";
  }

  function about() {
    const link = (source) => (/^https?:\/\//.test(source.homepage)
      ? el("a", { href: source.homepage, rel: "noopener noreferrer", target: "_blank" }, source.title) : source.title);
    fillDialog("about", "Caveats and sources", [
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
        + "Projection EPSG:3413, WGS 84 / NSIDC polar stereographic north: shapes are kept, areas are not.")]);
  }
  // Long, and seldom opened: made when first asked for.
  for (const id of ["about-open", "caveats-open"]) {
    byId(id).addEventListener("click", () => {
      if (!byId("about").dataset.filled) about();
      byId("about").showModal();
    });
  }

  // --- drawer on narrow screens -----------------------------------------------------------------------------------------------

  function drawer(on) {
    document.body.classList.toggle("drawer", on);
    byId("panel-toggle").setAttribute("aria-expanded", String(on));
    byId("panel-toggle").textContent = on ? "Close" : "Layers";
    if (on) byId("search").focus();
  }
  byId("panel-toggle").addEventListener("click", () => drawer(!document.body.classList.contains("drawer")));

  document.addEventListener("keydown", (event) => {
    const inMap = document.activeElement === map.getContainer();
    if (inMap && event.key === "Enter") {
      const middle = map.getSize().divideBy(2);
      if (measure.on) return measure.add(planeAt(middle));
      return nearest(planeAt(middle));
    }
    if (event.key !== "Escape" || document.querySelector("dialog[open]") || document.activeElement === search) return undefined;
    if (byId("tools").open) byId("tools").open = false;
    else if (measure.on) measure.turn(false);
    else if (document.body.classList.contains("drawer")) drawer(false);
    else close();
    return undefined;
  });
  document.addEventListener("click", (event) => { if (!byId("tools").contains(event.target)) byId("tools").open = false; });

  // The point nearest to the middle of the map, for those who move it by keys.
  function nearest(where) {
    const reach = 60 / map.options.crs.scale(map.getZoom());
    for (const s of seen()) {
      const [found] = s.geometry === "point" ? s.within(where, reach) : [];
      if (found) return open(s, found[0], { focus: true });
    }
    return undefined;
  }

  // --- go -----------------------------------------------------------------------------------------------------------------------

  map.getContainer().setAttribute("aria-label", "Polar map. Arrow keys move, plus and minus zoom, Enter opens the point nearest to the middle; search opens a place.");
  map.getContainer().setAttribute("role", "application");
  byId("legend").open = !narrow.matches;
  byId("legend").addEventListener("toggle", () => names._map && names.legend !== byId("legend").open && names._write());
  strip();
  method();
  layerTree();
  filters();
  listSince();
  listChanges();
  drawLegend();
  fit();
  painter.addTo(map);
  names.addTo(map);
  thinned();
  scaleBar();
  map.on("moveend", () => { scaleBar(); thinned(); remember(); });
  map.on("dragend zoomend", () => { atHome = false; });
  // A tool that changes shape changes the view; a view nobody moved keeps showing the whole region.
  new ResizeObserver(() => {
    if (map.getSize().equals(L.point(map.getContainer().clientWidth, map.getContainer().clientHeight))) return;
    map.invalidateSize({ pan: false });
    if (atHome && details.hidden) { fit(); atHome = true; }
  }).observe(map.getContainer());
  system.addEventListener("change", repaint);

  const nodeOf = (id) => {
    for (let i = 0; nodes && i < nodes.count; i++) if (nodes.value("node_id", i) === id) return i;
    return null;
  };
  window.arcticPicture.select = (id, focus = true) => {
    const i = nodeOf(id);
    if (i !== null) open(nodes, i, { move: true, focus });
    return i !== null;
  };
  // Where the mark of a node is in the page; null where it is not in view.
  window.arcticPicture.pixel = (id) => {
    const i = nodeOf(id);
    if (i === null || !nodes.on || nodes.hidden[i]) return null;
    const [x, y] = pixel(stageFrame(), nodes.place(i)), stage = map.getContainer().getBoundingClientRect();
    return inside({ x, y }, map.getSize(), 0) ? { x: stage.left + x, y: stage.top + y } : null;
  };
  Object.defineProperty(window.arcticPicture, "selected", {
    get: () => (opened && opened.s === nodes ? nodes.value("node_id", opened.i) : null),
  });
  atHome = true;
  restoring = false;
  // What a link asks for may stand at the end of the page, and so may what a very large window shows.
  if (location.hash.length > 1) afterParsing(restore);
  const ready = () => requestAnimationFrame(() => requestAnimationFrame(() => { document.documentElement.dataset.ready = "true"; }));
  if (painter.rough) afterParsing(() => { paint(); ready(); });
  else ready();
}

window.arcticPicture = { start };
})();
