// The evidence of each node, and its nearest exits (maps/web/node_data.py).
import { byColumnName, cell } from "./columns.js";
import { startsOf, unpack } from "./decode.js";
import { block } from "./dom.js";

const ROW_FIELDS = [
  "axis",
  "group",
  "indicator",
  "value",
  "value_low",
  "value_high",
  "label",
  "unit",
  "score",
  "scale",
  "zero_at",
  "one_at",
  "weight",
  "tier",
  "state",
  "source_id",
  "as_of",
  "note",
];

// Long, and needed by no first view: read when first asked for; null in a picture without evidence.
let stored;
function evidence() {
  if (stored !== undefined) return stored;
  stored = block("evidence-data");
  if (!stored) return stored;
  const { counts, saying, columns, sayings, exits } = stored;
  Object.assign(stored, {
    starts: startsOf(unpack(counts)),
    sayingOf: unpack(saying),
    column: byColumnName(columns),
    sayingColumn: byColumnName(sayings),
  });
  if (exits)
    Object.assign(exits, { starts: startsOf(unpack(exits.counts)), column: byColumnName(exits.columns) });
  return stored;
}

/** The rows of evidence of node `i`, one object for each. */
export function evidenceRows(i) {
  if (!evidence()) return [];
  const { starts, sayingOf, column, sayingColumn } = stored;
  const value = (name, row) =>
    sayingColumn[name] ? cell(sayingColumn[name], sayingOf[row]) : cell(column[name], row);
  return Array.from({ length: starts[i + 1] - starts[i] }, (_, k) =>
    Object.fromEntries(ROW_FIELDS.map((name) => [name, value(name, starts[i] + k)])),
  );
}

const EXIT_FIELDS = ["what", "value", "unit", "at", "before", "after"];

/** The exits of node `i` on an axis, the nearest first: what would turn its class, and where. */
export function exitsOf(i, axis) {
  const exits = evidence() && stored.exits,
    rows = [];
  if (!exits) return rows;
  for (let row = exits.starts[i]; row < exits.starts[i + 1]; row++)
    if (cell(exits.column.axis, row) === axis)
      rows.push(Object.fromEntries(EXIT_FIELDS.map((name) => [name, cell(exits.column[name], row)])));
  return rows;
}
