// The list of layers by pillar, each with its switch, date, licence and state.
import { byId, el } from "./dom.js";
import { drawLegend } from "./legend.js";
import { paint } from "./painter.js";
import { data, layerById, layers, sources } from "./picture.js";
import { writeNames } from "./place_names.js";
import { signal } from "./signals.js";
import { state } from "./state.js";
import { swatchSlot } from "./swatches.js";
import { number, upper } from "./text.js";

const licencesOf = (layer) =>
  [
    ...new Set(layer.sources.map((id) => (sources.has(id) ? sources.get(id).licence : "licence unknown"))),
  ].filter(Boolean);

function switchRow(id, title, on, icon, tail, act) {
  const box = el("input", { type: "checkbox", id: `show-${id}` });
  box.checked = on;
  box.addEventListener("change", () => act(box.checked));
  return el(
    "div",
    { class: "row" },
    box,
    icon,
    el("label", { for: `show-${id}` }, title),
    tail ? el("span", { class: "count" }, tail) : null,
  );
}

function switchLayer(layer, on) {
  layer.on = on;
  paint();
  drawLegend();
  if (layer === layerById.sea_ice) byId("ice").hidden = !on;
  signal("view");
}

function layerRow(layer) {
  const legend = layer.classes.size
    ? { ...[...layer.classes.values()][0], shape: layer.shapes.size ? "circle" : undefined }
    : null;
  const facts = [layer.as_of ? `As of ${layer.as_of}` : "As-of date unknown", ...licencesOf(layer)].join(
    " · ",
  );
  const late = layer.sources.filter((id) => data.late.includes(id));
  return el(
    "div",
    { class: "layer" },
    switchRow(
      layer.id,
      layer.title,
      layer.on,
      swatchSlot(layer.style, layer.geometry, legend),
      layer.gap ? "no data" : layer.rows ? number(layer.rows) : "none",
      (on) => switchLayer(layer, on),
    ),
    el("p", { class: "small" }, facts),
    layer.note ? el("p", { class: "small note" }, layer.note) : null,
    layer.rows
      ? null
      : el(
          "p",
          { class: "small late" },
          layer.gap
            ? "▨ No data: its source is not held. Shown hatched."
            : "○ Empty: no such feature in this region.",
        ),
    late.length
      ? el(
          "p",
          { class: "small late" },
          `▲ ${late.map((id) => `${sources.get(id).title}: ${sources.get(id).state}`).join("; ")}`,
        )
      : null,
  );
}

/** Fill the list of layers. */
export function startLayerTree() {
  const home = byId("layers");
  for (const pillar of data.pillars) {
    const own = layers.filter((layer) => layer.pillar === pillar);
    if (own.length)
      home.append(
        el("details", { class: "pillar", open: true }, el("summary", null, upper(pillar)), own.map(layerRow)),
      );
  }
  home.append(
    el(
      "details",
      { class: "pillar", open: true },
      el("summary", null, "Base"),
      switchRow(
        "graticule",
        "Graticule and its labels",
        true,
        swatchSlot(data.base.graticule, "line"),
        "",
        (on) => {
          state.hasGraticule = on;
          paint();
          writeNames();
        },
      ),
      switchRow(
        "names",
        "Names of countries, seas and towns",
        true,
        el("span", { class: "slot letter" }, "Aa"),
        "",
        (on) => {
          state.hasNames = on;
          writeNames();
        },
      ),
    ),
  );
}
