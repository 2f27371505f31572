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

const WAIT_MS = 200; // five writes a second at most: Chromium ignores more than 200 in ten seconds, Safari more than 100 in thirty
const AGAIN_MS = 2000;
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
  // A browser throws or stays silent when it was asked too often: then the address would show an earlier view.
  const hash = `#${query}`;
  try {
    history.replaceState(null, "", hash);
  } catch (error) {
    if (error.name !== "SecurityError") throw error;
  }
  if (location.hash !== hash) writeSoon(AGAIN_MS);
}

// A timer that runs is left to run: one that began anew at each signal would never end while signals come.
function writeSoon(wait = WAIT_MS) {
  waiting ||= setTimeout(() => {
    waiting = 0;
    if (!state.isRestoring) writeAddress();
  }, wait);
}

/** Show the view of the address, if it has one. */
export function readAddress() {
  const view = readQuery(location.hash.slice(1));
  if (!view) return;
  state.isRestoring = true;
  // Whatever the address asks for, the next view is written again.
  try {
    show(view);
  } finally {
    state.isRestoring = false;
  }
}

function show(view) {
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
    writeSoon();
  });
  addEventListener("hashchange", readAddress);
  byId("link").addEventListener("click", copyLink);
}
