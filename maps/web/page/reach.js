// Days of sail from a place over the cells of the ice record that have no ice (layers/ice/isochrones.py, but
// with presence alone: a cell with ice is shut). Not for navigation.

/** Speed of the ship in knots, as the command `isochrones` has it. */
export const SPEED_KN = 12;
const KM_PER_DAY = SPEED_KN * 24 * 1.852;
const START_KM = 50; // a voyage begins in any open cell so near: the cell of a port is often land
const FARTHEST_KM = 100; // or else in the nearest water up to here
const EARTH_KM = 6371;
const TRUE_SINE = 1 + Math.sin((70 * Math.PI) / 180); // the plane is true to scale at 70 degrees north

/** Kilometres on the earth of a kilometre of the plane, at a place in metres of the plane. */
export function earthOfPlane(x, y) {
  const t = Math.hypot(x, y) / 1000 / (EARTH_KM * TRUE_SINE);
  return 2 / (1 + t * t) / TRUE_SINE;
}

// A heap of cells, the least cost first.
class Heap {
  constructor() {
    this.costs = [];
    this.cells = [];
  }
  push(cost, cell) {
    const { costs, cells } = this;
    let k = costs.length;
    for (let up; k > 0 && costs[(up = (k - 1) >> 1)] > cost; k = up) {
      costs[k] = costs[up];
      cells[k] = cells[up];
    }
    costs[k] = cost;
    cells[k] = cell;
  }
  pop() {
    const { costs, cells } = this,
      first = [costs[0], cells[0]],
      cost = costs.pop(),
      cell = cells.pop(),
      count = costs.length;
    if (!count) return first;
    let k = 0;
    for (let down = 1; down < count; k = down, down = 2 * k + 1) {
      if (down + 1 < count && costs[down + 1] < costs[down]) down++;
      if (costs[down] >= cost) break;
      costs[k] = costs[down];
      cells[k] = cells[down];
    }
    costs[k] = cost;
    cells[k] = cell;
    return first;
  }
}

/** Flat cells of the sea in which a voyage from a place of the plane begins, each with its distance in km. */
export function cellsAround({ wide, high, west, north, size, isOcean }, [x, y]) {
  const near = [],
    wider = Math.ceil((1000 * FARTHEST_KM) / (size * earthOfPlane(x, y))),
    column = Math.floor((x - west) / size),
    row = Math.floor((north - y) / size);
  for (let r = Math.max(row - wider, 0); r <= Math.min(row + wider, high - 1); r++)
    for (let c = Math.max(column - wider, 0); c <= Math.min(column + wider, wide - 1); c++) {
      const u = west + (c + 0.5) * size,
        v = north - (r + 0.5) * size,
        km = (Math.hypot(u - x, v - y) / 1000) * earthOfPlane(x, y);
      if (isOcean[r * wide + c] && km <= FARTHEST_KM) near.push([r * wide + c, km]);
    }
  const reach = Math.max(START_KM, Math.min(...near.map(([, km]) => km)));
  return near.filter(([, km]) => km <= reach);
}

/**
 * Least days from a place of the plane to each flat cell; Infinity without a way. `isOpen` tells whether a
 * cell of the sea has no ice. `links` are pairs of cells that a strait joins although the grid shuts it.
 */
export function daysFrom(sea, place, isOpen, links = []) {
  const { wide, high, west, north, size, isOcean } = sea,
    days = new Float32Array(wide * high).fill(Infinity),
    joined = new Map(),
    heap = new Heap();
  for (const [a, b] of links)
    for (const [from, to] of [[a, b], [b, a]]) joined.set(from, [...(joined.get(from) || []), to]);
  const middle = (k) => [west + ((k % wide) + 0.5) * size, north - (Math.floor(k / wide) + 0.5) * size];
  const reach = (k, cost) => {
    if (cost >= days[k] || !isOcean[k] || !isOpen(k)) return;
    days[k] = cost;
    heap.push(days[k], k);
  };
  for (const [k, km] of cellsAround(sea, place)) reach(k, km / KM_PER_DAY);
  while (heap.cells.length) {
    const [cost, k] = heap.pop();
    if (cost > days[k]) continue;
    const [x, y] = middle(k),
      step = ((size / 1000) * earthOfPlane(x, y)) / KM_PER_DAY,
      column = k % wide;
    for (let down = -1; down <= 1; down++)
      for (let right = -1; right <= 1; right++) {
        const next = k + down * wide + right;
        if ((!down && !right) || column + right < 0 || column + right >= wide || next < 0 || next >= days.length) continue;
        reach(next, cost + step * (down && right ? Math.SQRT2 : 1));
      }
    for (const next of joined.get(k) || []) {
      const [u, v] = middle(next);
      reach(next, cost + (step * Math.hypot(u - x, v - y)) / size);
    }
  }
  return days;
}
