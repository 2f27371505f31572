// The panel with the details of a feature: how it opens and shuts.
import { featureDetails, heading, positionDetails } from "./cards.js";
import { dependantParts, failsAs, sharedParts } from "./dependants.js";
import { afterParsing, byId, el } from "./dom.js";
import { switchDrawer } from "./drawer.js";
import { nodeDetails, redrawIce } from "./node_details.js";
import { paint } from "./painter.js";
import { map, nodes, outline } from "./picture.js";
import { neighbours } from "./pointing.js";
import { placeAt, plane } from "./projection.js";
import { listen, signal } from "./signals.js";
import { state } from "./state.js";
import { openButton } from "./swatches.js";
import { count } from "./text.js";
import { isCalm, isNarrow } from "./theme.js";
import { standUpright } from "./view.js";

const LEGEND_ROOM = 820; // pixels: on a map less wide the legend gives way to the details
const CLEAR_PX = 14; // room around a mark that no panel may take
const SAME_PX = 3;
let focusBefore = null;
let centred = null; // the middle of the map that was set for the open details
let hasFoldedLegend = false;

function openDetails(layer, row, { move = false, focus = false, from = null } = {}) {
  const details = byId("details");
  state.opened = { layer, row };
  if (layer !== nodes || state.reachFrom !== row) state.reachFrom = null;
  state.whatIf = state.position = null;
  if (focus) focusBefore = document.activeElement;
  switchDrawer(false);
  if (!layer.on) byId(`show-${layer.id}`).click();
  const near = from ? neighbours(from, layer, row) : [],
    [title, ...parts] = layer === nodes ? nodeDetails(row) : featureDetails(layer, row);
  details.replaceChildren(title, ...alsoHere(near), ...parts);
  details.hidden = false;
  details.scrollTop = 0;
  map.invalidateSize({ pan: false });
  if (byId("legend").open && map.getSize().x < LEGEND_ROOM && !state.isPrinting) {
    byId("legend").open = false;
    hasFoldedLegend = true;
  }
  paint();
  signal("view");
  if (move) moveTo(layer.place(row), layer.geometry === "point" ? 4 : 2.5);
  else if (from) reveal(from);
  if (focus) details.querySelector("h2").focus();
}

// What else a click may have meant, below the title: at the end of the card nobody finds it.
const alsoHere = (near) =>
  near.length
    ? [
        el(
          "details",
          { class: "also" },
          el("summary", null, `Also here: ${count(near.length, "other mark")}`),
          el(
            "ul",
            { class: "near" },
            near.map(([other, k]) => el("li", null, openButton(other, k, other.title))),
          ),
        ),
      ]
    : [];

// A message in the place of the details.
function openNotice(title, text) {
  const details = byId("details");
  state.opened = state.whatIf = state.position = null;
  details.replaceChildren(heading("Notice", title, null), el("p", { class: "deciding", role: "alert" }, text));
  details.hidden = false;
  map.invalidateSize({ pan: false });
}

// The details of a typed position; a ring marks it.
function openPosition(at) {
  const place = plane.forward([at.lng, at.lat]),
    details = byId("details");
  state.opened = state.whatIf = null;
  state.position = place;
  focusBefore = document.activeElement;
  switchDrawer(false);
  details.replaceChildren(...positionDetails(at, place, outline.covers(0, place)));
  details.hidden = false;
  map.invalidateSize({ pan: false });
  if (outline.covers(0, place)) moveTo(place, 4);
  paint();
  details.querySelector("h2").focus();
}

function moveTo(where, leastZoom) {
  if (!where) return;
  const zoom = Math.max(map.getZoom(), leastZoom);
  if (!state.isRestoring) standUpright(where);
  const target = map.unproject(map.project(placeAt(...where), zoom).add([0, hiddenHeight() / 2]), zoom);
  map.setView(target, zoom, { animate: !isCalm() && map.getZoom() === zoom });
  centred = target;
  state.isAtHome = false;
}

// Move the map so that no panel covers the pixel of the container that was clicked.
function reveal({ x, y }) {
  const stage = map.getContainer().getBoundingClientRect();
  const covers = ({ left, top, right, bottom }) =>
    stage.left + x > left - CLEAR_PX && stage.left + x < right + CLEAR_PX && stage.top + y > top - CLEAR_PX && stage.top + y < bottom + CLEAR_PX;
  const panels = [...document.querySelectorAll(".rail > *, .corner > *, #details")].filter((one) => one.offsetParent || one.id === "details");
  if (x < map.getSize().x - CLEAR_PX && !panels.some((one) => covers(one.getBoundingClientRect()))) return;
  const middle = map.getSize().divideBy(2).subtract([0, hiddenHeight() / 2]);
  map.panBy(L.point(x, y).subtract(middle), { animate: false });
  centred = map.getCenter();
}

// On a narrow screen the details lie over the foot of the map.
const hiddenHeight = () => (isNarrow() ? byId("details").offsetHeight : 0);

function closeDetails() {
  const details = byId("details");
  if (details.hidden) return;
  const isCentred = centred !== null && map.latLngToContainerPoint(centred).distanceTo(map.getSize().divideBy(2)) < SAME_PX,
    covered = hiddenHeight();
  centred = null;
  details.hidden = true;
  state.opened = state.whatIf = state.position = state.reachFrom = null;
  paint();
  signal("view");
  // What the details stood beside stays in the middle, unless the reader moved the map meanwhile.
  map.invalidateSize({ pan: isCentred, animate: false });
  if (isCentred && covered) map.panBy([0, -covered / 2], { animate: false });
  if (hasFoldedLegend) byId("legend").open = true;
  hasFoldedLegend = false;
  if (focusBefore && focusBefore.isConnected && focusBefore.offsetParent) focusBefore.focus();
  else if (details.contains(document.activeElement) || document.activeElement === document.body)
    map.getContainer().focus({ preventScroll: true });
  focusBefore = null;
}

// The month of the slider moved: what depends on a thing is that of the month.
function redrawDependants() {
  const { layer, row } = state.opened || {};
  if (failsAs(layer)) byId("dependants")?.replaceChildren(...dependantParts(failsAs(layer), row), ...(layer.flow ? sharedParts(layer.value("risk_groups", row)) : []));
}

/** Open and shut the details when a signal asks for it. */
export function startDetails() {
  // The evidence stands at the end of the page: a click before it is read is answered when it is.
  listen("open", (...feature) => afterParsing(() => openDetails(...feature)));
  listen("position", openPosition);
  listen("notice", openNotice);
  listen("close", closeDetails);
  listen("month", redrawDependants);
  listen("clock", () => {
    if (state.opened?.layer === nodes) redrawIce(state.opened.row);
  });
}
