// The legend of what is switched on.
import { byId, el } from "./dom.js";
import { record } from "./ice_record.js";
import { data, layerById, layers, nodes, visibleLayers } from "./picture.js";
import { swatch } from "./swatches.js";
import { number } from "./text.js";

const entry = (icon, text) => el("li", null, icon, el("span", null, text));

// What the classes mean, with the anchors they turn at: made once, so that it stays open or shut.
let classMeanings = null;
function meanings() {
  classMeanings =
    classMeanings ||
    el(
      "details",
      { class: "meaning" },
      el("summary", null, "What the classes mean"),
      data.classes.map(([title, ...sentences]) => [
        el("h4", null, title),
        el(
          "ul",
          null,
          sentences.map((text) => el("li", null, text)),
        ),
      ]),
    );
  return classMeanings;
}

function nodeEntries() {
  const look = { fill: data.base.region.fill, stroke: data.base.region.stroke, radius: 4.6, width: 1 };
  return [
    el("h3", null, "Nodes: climate, defence, people"),
    el(
      "ul",
      null,
      nodes.style.classes.map((c) => entry(swatch(nodes.style, "point", c), c.label)),
    ),
    meanings(),
    el("h3", null, "Nodes: the kind"),
    el(
      "ul",
      null,
      nodes.style.shapes.map((s) =>
        entry(swatch(nodes.style, "point", { ...look, shape: s.shape }), s.label),
      ),
      nodes.column.dual_use_class
        ? entry(swatch(nodes.style, "point", { ...look, dot: true }), "Dot: documented dual use (D3)")
        : null,
    ),
  ];
}

// What the clock of the ice draws over the layers.
function clockEntries() {
  if (!record || !layerById.sea_ice?.on) return [];
  const ring = { ...layerById.sea_ice.style, dash: [3, 2], fill_opacity: 0, radius: 6, width: 1.4 };
  return [
    nodes?.on ? entry(swatch(ring, "point", { hollow: true, shape: "circle", fill: data.base.region.fill, radius: 6, stroke: ring.stroke }), "Dashed ring: port with ice in the month shown (closer in)") : null,
    layerById.sea_routes?.on
      ? entry(swatch({ ...layerById.sea_routes.style, dash: [], width: 2.7 }, "line"), "Solid: sea route without ice on its whole length")
      : null,
  ].filter(Boolean);
}

// The lines of the flows that are on, each look once, and what the network lacks.
function flowEntries() {
  const on = layers.filter((layer) => layer.flow && layer.on);
  if (!on.length) return [];
  const looks = new Map(on.flatMap((layer) => [...layer.classes.values()].map((one) => [one.value, one])));
  const closed = looks.get("closed");
  looks.delete("closed");
  return [
    el("h3", null, `Flows: ${on.map((layer) => layer.flow).join(", ")}`),
    el("ul", null, [...looks.values(), closed].map((one) => entry(swatch({ ...on[0].style, dash: one.dash || [] }, "line", one), one.label))),
    el("p", { class: "small" }, on[0].lacks),
  ];
}

/** Draw the legend again. */
export function drawLegend() {
  const parts = nodes && nodes.on ? nodeEntries() : [],
    plain = [];
  for (const layer of [...layers].sort((a, b) => b.style.order - a.style.order)) {
    const { style, geometry, title } = layer;
    if (!layer.on || layer === nodes || (geometry === "polygon" && !style.fill_opacity && !style.dash.length))
      continue;
    if (layer.flow) continue;
    if (layer.classes.size) {
      parts.push(
        el("h3", null, title),
        el(
          "ul",
          null,
          style.classes.map((c) => entry(swatch(style, geometry, c), c.label)),
        ),
      );
    } else if (layer.gap) plain.push(entry(el("span", { class: "slot nodata" }), `${title}: no data`));
    else if (!layer.count)
      plain.push(entry(el("span", { class: "slot letter" }, "○"), `${title}: none in this region`));
    else plain.push(entry(swatch(style, geometry), layer.late ? `${title} (late: greyed)` : title));
  }
  parts.push(...flowEntries());
  if (visibleLayers().some((layer) => layer.geometry === "point"))
    parts.push(el("p", { class: "small", id: "thinned" }));
  plain.push(...clockEntries());
  if (plain.length) parts.push(el("h3", null, "Other layers shown"), el("ul", null, plain));
  byId("legend-body").replaceChildren(...parts);
  writeThinned();
}

/** Write how many marks stand for how many places. */
export function writeThinned() {
  const drawn = visibleLayers()
    .filter((layer) => layer.thinned)
    .map((layer) => layer.thinned);
  const some = drawn.reduce((sum, [k]) => sum + k, 0),
    all = drawn.reduce((sum, [, k]) => sum + k, 0);
  if (byId("thinned"))
    byId("thinned").textContent =
      some < all ? `${number(some)} marks stand for ${number(all)} places: closer in, more are drawn.` : "";
}
