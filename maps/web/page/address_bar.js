// The view as an address: it is written while the reader moves, and read when a link is opened.
import { byId } from "./dom.js";
import { refuse, refused } from "./filters.js";
import { setClockMonth, setYear } from "./clock.js";
import { record } from "./ice_record.js";
import { setLevel } from "./warmer_level.js";
import { layerById, layers, map, nodes } from "./picture.js";
import { repaint } from "./repaint.js";
import { nodeOf, selectedNode, selectNode } from "./selection.js";
import { listen, signal } from "./signals.js";
import { state } from "./state.js";
import { turn } from "./view.js";
import { readQuery, writeQuery } from "./address_query.js";

const WAIT_MS = 150;
const SAID_MS = 4000; // how long the button says what it did
const COPY = "Copy link to this view";
let waiting = 0;
let restoring = 0;

function writeAddress() {
  const { lat, lng } = map.getCenter(),
    { isAtHome, lon0, theme } = state;
  const query = writeQuery({
    isAtHome,
    lat,
    lng,
    zoom: map.getZoom(),
    lon0,
    theme,
    refused,
    node: selectedNode(),
    layers: layers.filter((layer) => layer.on).map((layer) => layer.id),
    month: layerById.sea_ice?.month,
    year: state.year,
    level: state.level,
    hasReach: state.reachFrom !== null,
  });
  history.replaceState(null, "", `#${query}`);
}

/** Show the view of the address, if it has one. */
export function readAddress() {
  const view = readQuery(location.hash.slice(1));
  if (!view) return;
  state.isRestoring = true;
  if (view.lon0 !== null && view.lon0 !== state.lon0) turn(view.lon0);
  if (view.layers)
    for (const layer of layers)
      if (layer.on !== view.layers.includes(layer.id)) byId(`show-${layer.id}`).click();
  setLevel(view.level);
  state.year = view.year;
  state.reachFrom = view.hasReach && view.node !== null ? nodeOf(view.node) : null;
  if (layerById.sea_ice && view.month) setClockMonth(view.month);
  else if (record) setYear(state.year);
  if (view.theme) byId("theme").value = state.theme = view.theme;
  if (nodes) refuse(view.refused);
  repaint();
  if (view.node !== null && !selectNode(view.node, false))
    signal(
      "notice",
      "Not in this picture",
      `The link names the node ${view.node}, which this picture does not have. It may have been renamed, or left out with its source. Search for its name, or look into the list of critical places.`,
    );
  if (view.at) {
    map.setView([view.at.lat, view.at.lng], view.at.zoom, { reset: true, animate: false });
    state.isAtHome = false;
  }
  state.isRestoring = false;
}

async function copyLink() {
  writeAddress();
  byId("link-text").hidden = false;
  byId("link-text").value = location.href;
  byId("link-text").select();
  // Where the browser forbids the clipboard, the address stands there to be copied.
  try {
    await navigator.clipboard.writeText(location.href);
    byId("link").textContent = "Link copied";
  } catch {
    byId("link").textContent = "Copy this link";
  }
  clearTimeout(restoring);
  restoring = setTimeout(() => (byId("link").textContent = COPY), SAID_MS);
}

/** Follow the view and the address. */
export function startAddress() {
  listen("view", () => {
    if (state.isRestoring) return;
    clearTimeout(waiting);
    waiting = setTimeout(writeAddress, WAIT_MS);
  });
  addEventListener("hashchange", readAddress);
  byId("link").addEventListener("click", copyLink);
}
