// The polar map. Data come from the JSON blocks of the page; all text reaches the screen as text nodes.
// Nothing here fetches, evaluates or writes markup.
import { readAddress, startAddress } from "./address_bar.js";
import { drawGraticule, drawMask, drawNoData, drawRegion } from "./base_map.js";
import { drawClock, drawField, startClock, startYears } from "./clock.js";
import { drawComparison, readComparison, startComparison } from "./compare.js";
import { startDetails } from "./details.js";
import { startDialogs } from "./dialogs.js";
import { afterFirstFrame, afterFrame, afterParsing, block, byId, endFirstFrame, soon } from "./dom.js";
import { startDrawer } from "./drawer.js";
import { startFilters } from "./filters.js";
import { isInside } from "./plane_to_pixels.js";
import { hasIce, meanShare, recentYears, record } from "./ice_record.js";
import { startKeyboard } from "./keyboard.js";
import { drawLayer } from "./layer_drawing.js";
import { startLayerTree } from "./layer_tree.js";
import { drawLegend, writeThinned } from "./legend.js";
import { drawMeasure, startMeasure } from "./measure.js";
import { startTable } from "./node_table.js";
import { drawReach } from "./reach_view.js";
import { paint, painter, setLevels } from "./painter.js";
import { data, layerById, layers, map, nodes, openPicture } from "./picture.js";
import { startNames } from "./place_names.js";
import { startPointing } from "./pointing.js";
import { startPrint } from "./print.js";
import { startTheme } from "./repaint.js";
import { drawNorth, drawScale } from "./scale.js";
import { startSearch } from "./search_box.js";
import { drawSelection, nodeOf, selectedNode, selectNode } from "./selection.js";
import { signal } from "./signals.js";
import { readSince, startSince } from "./changes.js";
import { markFrame, markPixel } from "./spread.js";
import { state } from "./state.js";
import { startStory } from "./story.js";
import { startStrip } from "./status_strip.js";
import { drawLevel, startLevel } from "./warmer_level.js";
import { MONTHS } from "./text.js";
import { isNarrow } from "./theme.js";
import { fit, goHome, startView } from "./view.js";

// From the ground up.
function mapLevels() {
  const { region, graticule, mask, selection } = data.base;
  const level = (order, draw) => ({ order, draw });
  return [
    level(region.order, drawRegion),
    level(graticule.order, (ctx, view) => state.hasGraticule && drawGraticule(ctx, view)),
    level(mask.order, drawMask),
    ...layers.map((layer) =>
      level(layer.style.order, (ctx, view) => {
        if (!layer.on) return;
        if (layer.gap) drawNoData(ctx, view);
        else if (layer !== layerById.sea_ice || !drawField(ctx, view, layer)) drawLayer(layer, ctx, view);
      }),
    ),
    level((layerById.sea_ice?.style.order ?? 8) + 0.5, drawReach),
    level(nodes ? nodes.style.order + 0.5 : selection.order - 1, drawClock),
    level(selection.order - 1, drawComparison),
    level(selection.order - 1, drawLevel),
    level(selection.order, drawSelection),
    level(selection.order + 1, drawMeasure),
  ];
}

// What scripts may ask of the page.
function offerScripts() {
  window.arcticPicture.select = selectNode;
  // Where the mark of a node is in the page; null where it is not in view.
  window.arcticPicture.pixel = (id) => {
    const i = nodeOf(id);
    if (i === null || !nodes.on || nodes.hidden[i]) return null;
    const [x, y] = markPixel(markFrame(), nodes, i),
      stage = map.getContainer().getBoundingClientRect();
    return isInside({ x, y }, map.getSize(), 0) ? { x: stage.left + x, y: stage.top + y } : null;
  };
  Object.defineProperty(window.arcticPicture, "selected", { get: selectedNode });
  // The record of sea ice: whether cell `k` (row by row) has ice, and the months with ice of a node.
  Object.defineProperty(window.arcticPicture, "record", { get: () => record });
  window.arcticPicture.hasIce = (k, month, year) => record.numbers[k] > 0 && hasIce(record, record.numbers[k], month, year);
  window.arcticPicture.iceMonths = (id) =>
    MONTHS.reduce((sum, _, m) => sum + meanShare(record, nodeOf(id), m + 1, recentYears(record, m + 1)), 0);
}

function followMap() {
  map.on("moveend", () => {
    drawScale();
    drawNorth();
    writeThinned();
    signal("view");
  });
  map.on("dragend zoomend", () => {
    state.isAtHome = false;
  });
  // A tool that changes shape changes the view; a view nobody moved keeps showing the whole region.
  new ResizeObserver(() => {
    if (map.getSize().equals(L.point(map.getContainer().clientWidth, map.getContainer().clientHeight)))
      return;
    map.invalidateSize({ pan: false });
    if (state.isAtHome && byId("details").hidden) goHome();
  }).observe(map.getContainer());
}

// The map is fitted when the boxes around it have their content, and before long lists are made: to measure it
// then is cheap.
function startFrame() {
  startStrip();
  startView();
  startClock();
  fit();
}

function startPanels() {
  for (const bind of [
    startPointing,
    startSearch,
    startDetails,
    startMeasure,
    startPrint,
    startTheme,
    startAddress,
    startDrawer,
    startStory,
    startKeyboard,
  ])
    bind();
  byId("legend").open = !isNarrow();
  for (const fill of [
    startDialogs,
    startFilters,
    startTable,
    startSince,
    startComparison,
    startLevel,
    drawLegend,
  ])
    fill();
  afterFirstFrame(startLayerTree);
}

// What was shown before the record was there is shown again with it.
function showRecord() {
  if (state.opened?.layer === nodes) signal("open", nodes, state.opened.row);
}

function start(onMap) {
  openPicture(block("picture-data"), onMap);
  readComparison();
  readSince();
  setLevels(mapLevels());
  // A browser that prints at once draws no frame.
  addEventListener("beforeprint", endFirstFrame);
  startFrame();
  startPanels();
  // Lists, search and tables work in a browser that draws nothing.
  if (document.createElement("canvas").getContext("2d")) {
    painter.addTo(map);
    afterFirstFrame(startNames);
  } else
    signal(
      "notice",
      "The map cannot be drawn",
      "This browser draws no canvas (it may be switched off in its settings). The lists, the search and the table of nodes work; open the page in another browser for the map.",
    );
  writeThinned();
  drawScale();
  drawNorth();
  followMap();
  offerScripts();
  state.isAtHome = true;
  state.isRestoring = false;
  // What a link asks for may stand at the end of the page, and so may what a very large window shows.
  if (location.hash.length > 1)
    afterParsing(() => {
      endFirstFrame();
      readAddress();
    });
  // The record of ice is large and stands at the end of the page: the map does not wait for it.
  const ready = () =>
    afterFrame(() => {
      document.documentElement.dataset.ready = "true";
      soon(endFirstFrame);
      afterParsing(() => startYears(showRecord));
    });
  if (painter.rough)
    afterParsing(() => {
      paint();
      ready();
    });
  else ready();
}

window.arcticPicture = { start };
