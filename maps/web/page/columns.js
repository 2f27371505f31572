// Columns of a table as the page stores them: the reader's end of `coded` in maps/web/packing.py.
import { startsOf, unpack } from "./decode.js";

/** Columns by their name. */
export const byColumnName = (columns) => Object.fromEntries(columns.map((column) => [column.name, column]));

/** Value of row `i` of a column; null where it is missing or empty. */
export function cell(column, i) {
  if (!column) return null;
  let value;
  if (column.packed !== undefined) {
    if (typeof column.packed === "string") column.packed = unpack(column.packed);
    const whole = column.packed[i];
    value = whole === 0 ? null : (whole > 0 ? whole - 1 : whole) / 10 ** column.digits;
  } else if (column.codes !== undefined) {
    const code = codesOf(column)[i];
    value = code < 0 ? null : column.values[code];
  } else if (column.phrases) {
    if (!column.start)
      Object.assign(column, { which: unpack(column.which), start: startsOf(unpack(column.counts)) });
    const [from, to] = [column.start[i], column.start[i + 1]];
    value =
      from === to ? null : Array.from(column.which.subarray(from, to), (k) => column.phrases[k]).join(" ");
  } else value = column.one !== undefined ? column.one : column.values[i];
  if (column.before) value = `${cell(column.before, i)}:${value}`;
  return value === "" ? null : value;
}

function codesOf(column) {
  if (typeof column.codes === "string") column.codes = unpack(column.codes);
  return column.codes;
}

/** One whole number for each row; rows of the same value have the same number. */
export function valueNumbers(column, rows) {
  if (column && column.codes !== undefined) return codesOf(column);
  if (!column || (column.one !== undefined && !column.before)) return new Int32Array(rows);
  const numbers = new Map();
  return Int32Array.from({ length: rows }, (_, i) => {
    const value = cell(column, i);
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value);
  });
}
