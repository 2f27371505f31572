// What changed since the earlier picture.
import { cell } from "./columns.js";
import { byId, el } from "./dom.js";
import { wording } from "./node_words.js";
import { data } from "./picture.js";
import { selectNode } from "./selection.js";
import { count, lower, number, upper, words } from "./text.js";

const KINDS = [
  ["flag changed", "Flag changed"],
  ["added", "Added"],
  ["gone", "Gone"],
  ["moved", "Moved"],
  ["changed", "Changed otherwise"],
];
const CAUSES = ["source changed", "world changed", "method changed"];
const MOST_OPEN = 5; // a longer list of flags would push the layers out of sight

/** The earlier picture and the rows of changes; null without an earlier picture. */
export let since = null;

/** Read the changes of the page. */
export function readSince() {
  if (!data.since) return;
  const { before, columns, counts, rows } = data.since;
  since = { before, counts, isReadable: Boolean(columns) };
  since.rows = Array.from({ length: rows || 0 }, (_, i) =>
    Object.fromEntries(columns.map((c) => [c.name, cell(c, i)])),
  );
}

/** Rows of changes of a subject: "node", "source", "rows" or "method". */
export const changesOf = (subject) => since.rows.filter((row) => row.subject === subject);

const countChanges = (change, cause) =>
  since.counts
    .filter(([a, b]) => (!change || a === change) && (!cause || b === cause))
    .reduce((sum, [, , n]) => sum + n, 0);

/** What a row of changes says. */
export const changeSentence = (row) =>
  `${row.change === "changed" ? `${upper(words(row.what))} was` : row.change === "moved" ? "Place was" : "Was"} ${row.was}, is ${row.now}.`;

/** A row of changes with the name of its node. */
export const namedChange = (row) => `${row.name || "Without a name"}: ${lower(changeSentence(row))}`;

/** All changes of nodes in one sentence. */
export function changesSummary() {
  if (!since.isReadable) return "the earlier picture could not be read, so what changed is unknown.";
  if (!countChanges()) return "no node and no flag differs.";
  const by = KINDS.map(([change, title]) => [title.toLowerCase(), countChanges(change)]).filter(([, n]) => n);
  return `${by.map(([title, n]) => `${number(n)} ${title}`).join(", ")}.`;
}

function changeItem(row) {
  const why = el(
    "p",
    { class: "small" },
    row.cause ? el("strong", null, `${upper(row.cause)}: `) : null,
    row.subject === "rows" ? `${count(row.rows, "row")} ${row.change}` : row.why,
  );
  if (row.subject !== "node")
    return el(
      "li",
      null,
      el("p", null, row.name),
      row.was ? el("p", { class: "small" }, `${row.was}, then ${row.now}`) : null,
      why,
    );
  const what = [
    el("span", { class: "what" }, row.name || "Without a name"),
    el("span", { class: "count" }, row.kind ? wording("kind", row.kind) : null),
  ];
  const isGone = row.change === "gone";
  const name = el(
    isGone ? "p" : "button",
    isGone ? { class: "item" } : { type: "button", class: "item" },
    what,
  );
  if (!isGone) name.addEventListener("click", () => selectNode(row.subject_id));
  return el("li", null, name, el("p", null, changeSentence(row)), why);
}

const part = (title, rows, n, open) =>
  rows.length
    ? el(
        "details",
        { class: "pillar", open },
        el("summary", null, `${title}, ${number(n)}`),
        el("ol", null, rows.map(changeItem)),
        n > rows.length
          ? el(
              "p",
              { class: "small" },
              `The first ${number(rows.length)}; the table “changes” of the GeoPackage holds them all.`,
            )
          : null,
      )
    : null;

function countsTable() {
  const head = ["Nodes", ...CAUSES.map((cause) => upper(cause.split(" ")[0])), "All"];
  const figures = (title, change) =>
    el(
      "tr",
      null,
      el("th", { scope: "row" }, title),
      [...CAUSES, null].map((cause) => el("td", null, number(countChanges(change, cause)))),
    );
  return el(
    "table",
    { class: "counts" },
    el("caption", { class: "small" }, "Changes by kind and cause"),
    el(
      "thead",
      null,
      el(
        "tr",
        null,
        head.map((title) => el("th", { scope: "col" }, title)),
      ),
    ),
    el(
      "tbody",
      null,
      KINDS.map(([change, title]) => figures(title, change)),
      figures("All", null),
    ),
  );
}

/** List the changes in the panel. */
export function startSince() {
  if (!since) return;
  const { before } = since;
  byId("since").hidden = false;
  byId("since-title").textContent = `What changed since ${before.day}`;
  byId("since-note").textContent =
    `This picture, of ${data.day}, compared with picture ${before.seq} (${before.id}) of ${before.day}, which was ${before.status} when it was made.`;
  const ofNodes = (change) => changesOf("node").filter((row) => row.change === change);
  const others = [
    ["Sources", changesOf("source")],
    ["Rows of layers", changesOf("rows")],
    ["Method", changesOf("method")],
  ];
  byId("since-body").replaceChildren(
    ...(since.isReadable
      ? [
          countChanges() ? countsTable() : el("p", null, upper(changesSummary())),
          ...KINDS.map(([change, title]) =>
            part(
              title,
              ofNodes(change),
              countChanges(change),
              change === "flag changed" && countChanges(change) <= MOST_OPEN,
            ),
          ),
          ...others.map(([title, rows]) => part(title, rows, rows.length, false)),
        ].filter(Boolean)
      : [el("p", { class: "late" }, upper(changesSummary()))]),
  );
}
