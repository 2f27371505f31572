// Rows of the table of nodes in their order, and as CSV.
import { byName } from "./text.js";

/** Rows `[row, value]` by their values; missing values come last, whether the rest rises or falls. */
export function sortedRows(rows, rising) {
  const sign = rising ? 1 : -1;
  return [...rows]
    .sort(
      ([i, a], [j, b]) =>
        (a === null) - (b === null) || sign * (typeof a === "string" ? byName(a, b) : a - b) || i - j,
    )
    .map(([i]) => i);
}

// A spreadsheet runs a cell that begins like a formula: an apostrophe makes it text again.
function csvCell(value) {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** Lines of cells as CSV (RFC 4180). */
export const csvText = (lines) => lines.map((line) => line.map(csvCell).join(",")).join("\r\n");
