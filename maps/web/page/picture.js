// The picture that the page shows: its data, its layers, its sources and its region.
import { withFlows } from "./flow_layers.js";
import { MapLayer } from "./map_layer.js";
import { Rings } from "./rings.js";

/** The map of Leaflet. */
export let map = null;
/** The data block of the page (maps/web/picture_data.py). */
export let data = null;
/** The layers in their order. */
export let layers = [];
/** The layers by their id. */
export let layerById = {};
/** The layer of nodes; undefined in a picture without nodes. */
export let nodes;
/** The sources by their id. */
export let sources = new Map();
/** The outline of the region. */
export let outline = null;
/** Vertices of the outline in metres of the plane. */
export let edge = [];

/** The month that the map shows, 1 to 12: that of the slider of the ice, or of the picture. */
export const monthShown = () => layerById.sea_ice?.month || Number(data.day.slice(5, 7));

/** Take the data of a picture and the map it is drawn on. */
export function openPicture(content, onMap) {
  map = onMap;
  data = content;
  layers = withFlows(data.layers.map((layer) => new MapLayer(layer)), monthShown);
  for (const layer of layers) layer.layers = layers;
  layerById = Object.fromEntries(layers.map((layer) => [layer.id, layer]));
  nodes = layerById.nodes;
  sources = new Map(data.sources.map((source) => [source.id, source]));
  ageSources();
  for (const layer of layers) {
    layer.late = layer.sources.some((id) => data.late.includes(id));
    // A layer without rows is empty in this region, or a gap: the state of its sources tells which.
    layer.gap =
      !layer.count && layer.sources.some((id) => data.late.includes(id) || data.not_held.includes(id));
  }
  outline = new Rings(data.region.outline);
  edge = Array.from({ length: outline.xy.length / 2 }, (_, i) => [outline.xy[2 * i], outline.xy[2 * i + 1]]);
}

/** Mark as stale the sources that are so by the reader's clock, which may be long after the page was made. */
export function ageSources() {
  for (const source of data.sources) {
    if (
      source.fresh_until &&
      !data.late.includes(source.id) &&
      Date.now() >= Date.parse(source.fresh_until) + 864e5
    ) {
      source.state = "stale";
      data.late.push(source.id);
    }
  }
}

/** The late source that feeds a layer, if one is. */
export const lateSourceOf = (feeds) =>
  data.sources.find((source) => source.feeds === feeds && data.late.includes(source.id));

/** Layers that are switched on and have features, the topmost first. */
export const visibleLayers = () =>
  layers.filter((layer) => layer.on && layer.count).sort((a, b) => b.style.order - a.style.order);
