// The monthly record of sea ice since 1978 (maps/web/ice_record.py): fields of the map and seasons of ports.
import { startsOf, unpack } from "./decode.js";
import { block } from "./dom.js";

/** The record; null until it is read, and where the picture or the browser has none. */
export let record = null;

/** Read the record; `then` is called when it is there. */
export async function readRecord(then) {
  const stored = block("ice-record");
  if (!stored || typeof DecompressionStream === "undefined") return;
  const packed = Uint8Array.from(atob(stored.bits), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  record = decodeRecord(stored, new Uint8Array(await new Response(stream).arrayBuffer()));
  then();
}

/** The record from its stored form and its inflated bits. */
export function decodeRecord(stored, bits) {
  const { wide, high, years, west, north, size } = stored;
  const inMask = flagsOf(unpack(stored.mask), wide * high),
    isOcean = flagsOf(unpack(stored.ocean), wide * high);
  const numbers = new Int32Array(wide * high); // of each cell, counted from 1; 0 for a cell without any ice
  let count = 0;
  inMask.forEach((flag, k) => {
    if (flag) numbers[k] = ++count;
  });
  // For each month, `count` bytes for each eight years.
  const starts = startsOf(years.map((list) => Math.ceil(list.length / 8) * count));
  const rows = unpack(stored.rows),
    first = startsOf(unpack(stored.counts)),
    cells = unpack(stored.cells);
  const cellsOfNode = new Map(),
    kmOfNode = new Map(),
    km = stored.km ? unpack(stored.km) : [];
  rows.forEach((row, k) => {
    if (row < 0) return;
    cellsOfNode.set(row, cells.subarray(first[k], first[k + 1]));
    if (km[k] !== undefined) kmOfNode.set(row, km[k]);
  });
  return { wide, high, west, north, size, years, bits, numbers, isOcean, starts, count, cellsOfNode, kmOfNode };
}

// Flags from the cells at which they turn; before the first cell they are 0.
function flagsOf(steps, length) {
  const flags = new Uint8Array(length);
  let at = 0;
  steps.forEach((step, k) => {
    at += step;
    if (k % 2 === 0) flags.fill(1, at);
    else flags.fill(0, at);
  });
  return flags;
}

/** First and last year of the record with a field of this month. */
export const spanOf = ({ years }, month) => [years[month - 1][0], years[month - 1].at(-1)];

/** Whether a cell (its number, from 1) has ice in a month of a year; null without a field. */
export function hasIce({ years, starts, bits, count }, number, month, year) {
  const k = years[month - 1].indexOf(year);
  if (k < 0) return null;
  if (!number) return false;
  return Boolean(bits[starts[month - 1] + (k >> 3) * count + number - 1] & (128 >> (k & 7)));
}

/** Share of the cells of node `row` with ice in a month of a year; null where the record has none. */
export function iceShare(of, row, month, year) {
  const cells = of.cellsOfNode.get(row);
  if (!cells || !cells.length || !of.years[month - 1].includes(year)) return null;
  let ice = 0;
  for (const number of cells) ice += hasIce(of, number, month, year);
  return ice / cells.length;
}

const RECENT_YEARS = 10;
/** The last ten years of the record with a field of this month. */
export const recentYears = ({ years }, month) => years[month - 1].slice(-RECENT_YEARS);

const USUAL = [1981, 2010]; // the years of the median that the map fills
/** The years of the usual ice that have a field of this month. */
export const usualYears = ({ years }, month) =>
  years[month - 1].filter((year) => year >= USUAL[0] && year <= USUAL[1]);

/** Mean of the shares of a node with ice in a month of some years; null without a field. */
export function meanShare(of, row, month, years) {
  const shares = years
    .map((one) => iceShare(of, row, month, one))
    .filter((share) => share !== null);
  return shares.length ? shares.reduce((sum, share) => sum + share, 0) / shares.length : null;
}

/** Months with ice of a node in a calendar year; null if a month has no field. */
export function monthsOfYear(of, row, year) {
  let sum = 0;
  for (let month = 1; month <= 12; month++) {
    const share = iceShare(of, row, month, year);
    if (share === null) return null;
    sum += share;
  }
  return sum;
}

/** Number of the cell at a place of the plane: 0 for a cell without any ice, null for land or outside. */
export function cellAt({ west, north, size, wide, high, numbers, isOcean }, [x, y]) {
  const column = Math.floor((x - west) / size),
    row = Math.floor((north - y) / size);
  if (column < 0 || row < 0 || column >= wide || row >= high) return null;
  const k = row * wide + column;
  return isOcean[k] ? numbers[k] : null;
}
