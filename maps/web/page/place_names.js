// Words on the map: names of countries, seas and towns, and labels of the graticule.
import { ARCTIC_CIRCLE, onPlane } from "./base_map.js";
import { PATH_GRID } from "./decode.js";
import { byId, el } from "./dom.js";
import { containerFrame, isInside, pixel } from "./plane_to_pixels.js";
import { edge, layerById, map, nodes, outline } from "./picture.js";
import { state } from "./state.js";
import { traceSymbol } from "./symbols.js";
import { latitude, longitude } from "./text.js";
import { isDark, pixelRatio } from "./theme.js";

const FACE = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const MOST_TOWNS = 1500;
const NARROW_PX = 620;
const DOT_PX = 6; // side of the squares in which a town's dot and the mark of a node would meet
const pens = () =>
  isDark()
    ? {
        paper: "#0f151b",
        grid: "#9fb2bf",
        sea: "#d0e6f4",
        seaHalo: "#1a2f3c",
        land: "#d7d2c8",
        landHalo: "#2c2e2f",
      }
    : {
        paper: "#f3f5f6",
        grid: "#526776",
        sea: "#2f6c96",
        seaHalo: "#e6f0f6",
        land: "#57503f",
        landHalo: "#efebe3",
      };

const Names = L.Layer.extend({
  onAdd() {
    this._paper = el("canvas", { class: "names", "aria-hidden": "true" });
    this._map.getPane("names").append(this._paper);
    this._map.on("moveend viewreset resize", this.write, this);
    this._map.on("zoomstart", this.clear, this);
    this.write();
  },
  onRemove(from) {
    this._paper.remove();
    from.off("moveend viewreset resize", this.write, this);
    from.off("zoomstart", this.clear, this);
  },
  clear() {
    this._paper.width = 0;
  },
  write() {
    const size = map.getSize(),
      ratio = pixelRatio();
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
    const taken = boxesOverMap();
    this.hasLegend = byId("legend").open;
    for (const word of namesInView(size)) writeWord(ctx, word, taken, size);
  },
});
const names = new Names();

/** Write the words again, once they are on the map. */
export function writeNames() {
  if (names._map) names.write();
}

/** Put the words on the map; they are written again when the legend opens or shuts. */
export function startNames() {
  map.createPane("names").style.zIndex = 450;
  map.getPane("names").style.pointerEvents = "none";
  names.addTo(map);
  byId("legend").addEventListener(
    "toggle",
    () => names._map && names.hasLegend !== byId("legend").open && names.write(),
  );
}

// No name is written beneath what lies over the map.
function boxesOverMap() {
  const stage = map.getContainer().getBoundingClientRect();
  return ["ice", "legend", "scale"]
    .map(byId)
    .concat(document.querySelector(".corner"), document.querySelector(".leaflet-control-zoom"))
    .filter((over) => !over.hidden)
    .map((over) => over.getBoundingClientRect())
    .map((r) => [r.left - stage.left, r.top - stage.top, r.right - stage.left, r.bottom - stage.top]);
}

const isFree = (box, taken, size) =>
  box[0] >= 2 &&
  box[1] >= 2 &&
  box[2] <= size.x - 2 &&
  box[3] <= size.y - 2 &&
  !taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]);

// Whether all corners of a box lie within the outline of the region.
function isInRegion([left, top, right, bottom]) {
  const frame = containerFrame(map);
  return [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ].every(([x, y]) => outline.covers(0, frame.plane(x, y)));
}

function writeWord(ctx, word, taken, size) {
  ctx.font = word.font;
  ctx.letterSpacing = word.spacing || "0px";
  const rows = word.text.split("\n"),
    line = 1.2 * parseFloat(word.font.match(/([\d.]+)px/)[1]);
  const wide = Math.max(...rows.map((row) => ctx.measureText(row).width));
  if (word.room && wide > word.room * 2.1) return;
  const y = word.y,
    half = (line * rows.length) / 2;
  // A town's name stands to the right of its dot, or to the left where there is no room.
  const places = word.dot
    ? [wide / 2 + 6, -wide / 2 - 6].map((dx) => ({ x: word.x + dx, left: dx > 0 ? 8 : 0, right: dx > 0 ? 0 : 8 }))
    : [{ x: word.x, left: 0, right: 0 }];
  const spot = places
    .map(({ x, left, right }) => ({
      x,
      box: [x - wide / 2 - 3 - left, y - half - 1, x + wide / 2 + 3 + right, y + half + 1],
    }))
    .find(({ box }) => isFree(box, taken, size) && (word.mayLeave || isInRegion(box)));
  if (!spot) return;
  const { x } = spot;
  taken.push(spot.box);
  ctx.strokeStyle = word.halo;
  ctx.lineWidth = 3;
  ctx.fillStyle = word.ink;
  if (word.dot && !word.hasNoDot) {
    traceSymbol(ctx, "circle", word.x, word.y, 2);
    ctx.stroke();
    ctx.fill();
  }
  rows.forEach((row, i) => {
    const top = y - half + line * (i + 0.5);
    ctx.strokeText(row, x, top);
    ctx.fillText(row, x, top);
  });
}

// What stands first is written first and keeps others away.
function namesInView(size) {
  const pen = pens(),
    frame = containerFrame(map);
  // A narrow map has room for small letters only.
  const scale = size.x < NARROW_PX ? 0.82 : 1;
  return [
    ...(state.hasNames
      ? [
          ...areaNames(
            layerById.countries,
            { font: `600 ${12 * scale}px ${FACE}`, spacing: `${scale < 1 ? 0.5 : 2}px`, ink: pen.land, halo: pen.landHalo, caps: true },
            size,
            frame,
          ),
          ...areaNames(
            layerById.seas,
            { font: `italic ${13 * scale}px ${FACE}`, spacing: "0.5px", ink: pen.sea, halo: pen.seaHalo },
            size,
            frame,
          ),
        ]
      : []),
    ...(state.hasGraticule ? gridLabels(size, pen, frame).map((label) => ({ ...label, mayLeave: true })) : []),
    ...(state.hasNames ? townNames(layerById.settlements, pen, size, frame) : []),
  ];
}

function areaNames(layer, look, size, frame) {
  if (!layer || !layer.labels) return [];
  const inView = [];
  layer.labels
    .map((label, i) => ({ label, i }))
    .sort((a, b) => b.label[2] - a.label[2])
    .forEach(({ label, i }) => {
      const p = L.point(pixel(frame, [label[0] * PATH_GRID, label[1] * PATH_GRID]));
      const text = layer.name(i);
      if (!text || !label[2] || !isInside(p, size, 0)) return;
      const broken = text.length > 12 ? text.replace(/^(.{4,}?) (?=\S{3,})/, "$1\n") : text;
      inView.push({
        ...look,
        x: p.x,
        y: p.y,
        room: label[2] * PATH_GRID * frame.scale,
        text: look.caps ? broken.toUpperCase() : broken,
      });
    });
  return inView;
}

function townNames(towns, pen, size, frame) {
  if (!towns || !towns.column.population) return [];
  const isMarked = markFinder(size, frame);
  const least = 4e5 / 4 ** Math.max(0, map.getZoom() - 0.5);
  return largestTowns(towns, least)
    .map((i) => ({ i, p: L.point(pixel(frame, towns.place(i))) }))
    .filter(({ p }) => isInside(p, size, 0))
    .map(({ i, p }) => ({
      hasNoDot: isMarked(p),
      text: towns.titleOf(i),
      font: `500 11px ${FACE}`,
      ink: pen.land,
      halo: pen.landHalo,
      x: p.x,
      y: p.y,
      dot: true,
    }));
}

// Whether the mark of a node is drawn within a square or two of a place: a town's dot there would cover it.
function markFinder(size, frame) {
  const wide = Math.ceil(size.x / DOT_PX) + 2,
    taken = new Uint8Array(wide * (Math.ceil(size.y / DOT_PX) + 2));
  const square = (x, y) => Math.floor(y / DOT_PX + 1) * wide + Math.floor(x / DOT_PX + 1);
  if (nodes && nodes.on && nodes.drawn) {
    const { x, y } = nodes.points,
      { a, b, e, f } = frame;
    for (const row of nodes.drawn) taken[square(a * x[row] + b * y[row] + e, b * x[row] - a * y[row] + f)] = 1;
  }
  return ({ x, y }) =>
    [-DOT_PX, 0, DOT_PX].some((dx) => [-DOT_PX, 0, DOT_PX].some((dy) => taken[square(x + dx, y + dy)]));
}

let populations = null;
function largestTowns(towns, least) {
  populations =
    populations || Float64Array.from({ length: towns.count }, (_, i) => towns.value("population", i) || 0);
  const large = [];
  for (let i = 0; i < populations.length; i++) if (populations[i] >= least) large.push(i);
  return large.sort((a, b) => populations[b] - populations[a]).slice(0, MOST_TOWNS);
}

function gridLabels(size, pen, frame) {
  const look = { font: `11px ${FACE}`, ink: pen.grid, halo: pen.paper };
  const spotOf = (place) => L.point(pixel(frame, place)).round();
  const farthest = Math.max(...edge.map((p) => Math.hypot(...p)));
  const inRegion = (place) => Math.hypot(...place) <= farthest && outline.covers(0, place);
  const labels = [];
  for (let lng = -180; lng < 180; lng += 30) {
    const spot = meridianSpot(lng, size, spotOf, inRegion);
    if (spot)
      labels.push({
        ...look,
        text: longitude(lng),
        x: spot.p.x,
        y: spot.p.y,
        ...(spot.isOutside ? {} : { halo: pen.seaHalo }),
      });
  }
  for (let lat = 50; lat < 90; lat += 10) {
    for (const away of [165, -165, 135, -135, 105, -105, 75, -75, 45, -45, 15, -15]) {
      const place = onPlane(lat, state.lon0 + away),
        p = spotOf(place);
      if (isInside(p, size, 30) && inRegion(place)) {
        labels.push({ ...look, text: latitude(lat), x: p.x, y: p.y, halo: pen.seaHalo });
        break;
      }
    }
  }
  const place = onPlane(ARCTIC_CIRCLE, state.lon0 + 150),
    p = spotOf(place);
  if (isInside(p, size, 30) && inRegion(place)) {
    labels.push({
      ...look,
      font: `italic 11px ${FACE}`,
      text: "Arctic Circle",
      x: p.x,
      y: p.y,
      halo: pen.seaHalo,
    });
  }
  return labels;
}

// Where the label of a meridian stands: just outside the neat line where it is crossed, else in the region.
function meridianSpot(lng, size, spotOf, inRegion) {
  let before = null;
  for (let lat = 45; lat <= 88; lat += 0.25) {
    const place = onPlane(lat, lng);
    if (!inRegion(place)) {
      before = place;
      continue;
    }
    const p = spotOf(place);
    if (before) {
      const q = spotOf(before),
        far = p.distanceTo(q) || 1;
      const r = L.point(p.x + ((q.x - p.x) * 17) / far, p.y + ((q.y - p.y) * 12) / far);
      before = null;
      if (isInside(r, size, 10)) return { p: r, isOutside: true };
    }
    if (isInside(p, size, 16)) return { p, isOutside: false };
  }
  return null;
}
