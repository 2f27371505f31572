// The panel with the details of a feature: how it opens and shuts.
import { featureDetails, heading, positionDetails } from "./cards.js";
import { byId, el } from "./dom.js";
import { switchDrawer } from "./drawer.js";
import { nodeDetails, redrawIce } from "./node_details.js";
import { paint } from "./painter.js";
import { map, nodes, outline } from "./picture.js";
import { neighbours } from "./pointing.js";
import { placeAt, plane } from "./projection.js";
import { listen, signal } from "./signals.js";
import { state } from "./state.js";
import { openButton } from "./swatches.js";
import { isCalm, isNarrow } from "./theme.js";
import { standUpright } from "./view.js";

const LEGEND_ROOM = 820; // pixels: on a map less wide the legend gives way to the details
let focusBefore = null;
let hasFoldedLegend = false;

function openDetails(layer, row, { move = false, focus = false, from = null } = {}) {
  const details = byId("details");
  state.opened = { layer, row };
  state.whatIf = state.position = null;
  if (focus) focusBefore = document.activeElement;
  switchDrawer(false);
  if (!layer.on) byId(`show-${layer.id}`).click();
  const near = from ? neighbours(from, layer, row) : [];
  details.replaceChildren(
    ...(layer === nodes ? nodeDetails(row) : featureDetails(layer, row)),
    ...(near.length
      ? [
          el("h3", null, "Also here"),
          el(
            "ul",
            { class: "near" },
            near.map(([other, k]) => el("li", null, openButton(other, k, other.title))),
          ),
        ]
      : []),
  );
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
  if (focus) details.querySelector("h2").focus();
}

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
  const below = isNarrow() ? byId("details").offsetHeight / 2 : 0;
  const target = map.unproject(map.project(placeAt(...where), zoom).add([0, below]), zoom);
  map.setView(target, zoom, { animate: !isCalm() && map.getZoom() === zoom });
  state.isAtHome = false;
}

function closeDetails() {
  const details = byId("details");
  if (details.hidden) return;
  details.hidden = true;
  state.opened = state.whatIf = state.position = null;
  paint();
  signal("view");
  map.invalidateSize({ pan: false });
  if (hasFoldedLegend) byId("legend").open = true;
  hasFoldedLegend = false;
  if (focusBefore && focusBefore.isConnected && focusBefore.offsetParent) focusBefore.focus();
  else if (details.contains(document.activeElement) || document.activeElement === document.body)
    map.getContainer().focus({ preventScroll: true });
  focusBefore = null;
}

/** Open and shut the details when a signal asks for it. */
export function startDetails() {
  listen("open", openDetails);
  listen("position", openPosition);
  listen("notice", openNotice);
  listen("close", closeDetails);
  listen("clock", () => {
    if (state.opened?.layer === nodes) redrawIce(state.opened.row);
  });
}
