// The dialogs: how the picture is made; caveats and sources.
import { byId, el, valueNode } from "./dom.js";
import { UNITS } from "./evidence_words.js";
import { data } from "./picture.js";
import { upper, words } from "./text.js";

/** Fill a dialog with a title, a button to close and its content. */
export function fillDialog(id, title, content) {
  const dialog = byId(id);
  const shut = el("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
  shut.addEventListener("click", () => dialog.close());
  dialog.replaceChildren(
    el("header", { class: "title" }, el("h2", { id: `${id}-title` }, title), shut),
    ...content,
  );
  if (!dialog.dataset.filled)
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
  dialog.dataset.filled = "true";
}

/** A table that scrolls sideways in a box of its own. */
export const wideTable = (titleId, kind, head, rows) =>
  el(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-labelledby": titleId },
    el("table", { class: kind }, el("thead", null, el("tr", null, head)), el("tbody", null, rows)),
  );

const heads = (titles) => titles.map((title) => el("th", { scope: "col" }, title));

// Every value at which a class or a score turns, with its source.
function anchorTable() {
  return [
    el("h3", { id: "anchors-title" }, "Anchors"),
    el(
      "p",
      null,
      "A convention is a choice of ours: it is printed, varied in the draws, and open to change by a scenario of your own: a TOML file with [anchors], given to arctic-picture build --scenario FILE.toml. This page shows one scenario and changes none.",
    ),
    wideTable(
      "anchors-title",
      "anchors",
      heads(["What turns there", "Value", "Source"]),
      data.anchors.map((a) =>
        el(
          "tr",
          null,
          el("th", { scope: "row" }, upper(a.meaning)),
          el("td", null, valueNode(a.value, UNITS[a.unit] || a.unit)),
          el("td", null, a.source),
        ),
      ),
    ),
  ];
}

function fillMethod() {
  fillDialog(
    "method",
    "How this picture is made",
    data.method
      .flatMap(([title, ...sentences]) => [
        el("h3", null, title),
        ...sentences.map((text) => el("p", null, text)),
      ])
      .concat(anchorTable()),
  );
}

function sourceRow(source) {
  const title = /^https?:\/\//.test(source.homepage)
    ? el("a", { href: source.homepage, rel: "noopener noreferrer", target: "_blank" }, source.title)
    : source.title;
  const isLate = data.late.includes(source.id);
  return el(
    "tr",
    isLate ? { class: "late" } : null,
    el("th", { scope: "row" }, title, el("span", { class: "small" }, source.publisher)),
    el("td", null, valueNode(words(source.feeds) || null)),
    el("td", null, valueNode(source.as_of || null)),
    el(
      "td",
      null,
      isLate
        ? `▲ ${source.state}`
        : data.not_held.includes(source.id)
          ? "○ not held"
          : valueNode(words(source.state) || null),
    ),
    el("td", null, valueNode(source.licence || null)),
    el("td", null, valueNode(source.citation || null)),
  );
}

function fillAbout() {
  fillDialog("about", "Caveats and sources", [
    el("h3", { id: "caveats-title" }, "Caveats"),
    el(
      "ol",
      { class: "caveats" },
      data.caveats.map((sentence) => el("li", null, sentence)),
    ),
    el("h3", { id: "sources-title" }, "Sources"),
    wideTable(
      "sources-title",
      "sources",
      heads(["Source", "Feeds", "As of", "State", "Licence", "Citation"]),
      data.sources.map(sourceRow),
    ),
    el(
      "p",
      { class: "small" },
      "Drawn with Leaflet 1.9.4 (BSD-2-Clause); shell by folium (MIT). " +
        "Projection EPSG:3413, WGS 84 / NSIDC polar stereographic north: shapes are kept, areas are not.",
    ),
  ]);
}

/** Bind the buttons. The dialogs are long: they are made when first opened. */
export function startDialogs() {
  byId("method-open").addEventListener("click", () => {
    if (!byId("method").dataset.filled) fillMethod();
    byId("method").showModal();
  });
  byId("caveats-open").addEventListener("click", () => {
    if (!byId("about").dataset.filled) fillAbout();
    byId("about").showModal();
  });
}
