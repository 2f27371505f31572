// Rings of areas and lines in metres of the plane.
import { PATH_GRID, startsOf, unpack } from "./decode.js";

/** The rings of a layer's shapes in flat arrays; no object is made for a vertex. */
export class Rings {
  constructor({ shapes, rings, steps }) {
    this.first = startsOf(unpack(shapes)); // of each shape among the rings
    this.start = startsOf(unpack(rings)); // of each ring among the points
    const xy = unpack(steps);
    for (let i = 0, x = 0, y = 0; i < xy.length; i += 2) {
      xy[i] = x += xy[i] * PATH_GRID;
      xy[i + 1] = y += xy[i + 1] * PATH_GRID;
    }
    this.xy = xy;
    this.box = new Int32Array(4 * (this.start.length - 1)); // west, south, east, north of each ring
    for (let r = 0; r < this.start.length - 1; r++) this.measureBox(r);
  }

  measureBox(r) {
    const { xy } = this,
      first = 2 * this.start[r],
      last = 2 * this.start[r + 1];
    let w = xy[first],
      s = xy[first + 1],
      e = w,
      n = s;
    for (let i = first + 2; i < last; i += 2) {
      const x = xy[i],
        y = xy[i + 1];
      if (x < w) w = x;
      else if (x > e) e = x;
      if (y < s) s = y;
      else if (y > n) n = y;
    }
    this.box.set([w, s, e, n], 4 * r);
  }

  /** Whether the box of ring `r` meets a box. */
  near(r, box) {
    const b = this.box,
      k = 4 * r;
    return b[k] <= box[2] && b[k + 2] >= box[0] && b[k + 1] <= box[3] && b[k + 3] >= box[1];
  }

  /**
   * Trace a shape in pixels; false if nothing of it is in view. It leaves out points that move the pen
   * by less than `least` pixels, and runs that lie wholly on one side of the view.
   */
  trace(ctx, shape, view, closed, least = 0.9) {
    const { box } = this,
      speck = 0.9 / view.scale;
    let any = false;
    for (let r = this.first[shape]; r < this.first[shape + 1]; r++) {
      const k = 4 * r;
      if (closed && box[k + 2] - box[k] < speck && box[k + 3] - box[k + 1] < speck) continue;
      if (!this.near(r, view.bounds)) continue;
      any = true;
      this.traceRing(ctx, r, view, least);
      if (closed) ctx.closePath();
    }
    return any;
  }

  traceRing(ctx, r, view, least) {
    this.tracePart(ctx, this.start[r], this.start[r + 1], view, least);
  }

  /**
   * Trace all lines in pixels, and a stretch that several of them share once: the dashes of one line would fill the
   * gaps of another.
   */
  traceOnce(ctx, view, least = 0.9) {
    const { start } = this,
      isRepeated = (this.isRepeated ||= this.repeatedSteps());
    for (let r = 0; r + 1 < start.length; r++) {
      if (!this.near(r, view.bounds)) continue;
      for (let from = start[r], k = from; k < start[r + 1]; k++) {
        if (!isRepeated[k] && k + 1 < start[r + 1]) continue;
        if (k > from) this.tracePart(ctx, from, k + 1, view, least);
        from = k + 1;
      }
    }
  }

  // One byte for each point, 1 where the step to the next point is one that an earlier line takes, either way.
  repeatedSteps() {
    const { xy, start } = this,
      size = 2 ** Math.ceil(Math.log2(xy.length + 2)),
      drawers = new Int32Array(size).fill(-1),
      repeated = new Uint8Array(xy.length / 2);
    const isSame = (i, k) => xy[i] === xy[k] && xy[i + 1] === xy[k + 1];
    for (let r = 0; r + 1 < start.length; r++)
      for (let i = 2 * start[r]; i < 2 * start[r + 1] - 2; i += 2) {
        // The same number for a step and for its way back.
        const mixed = Math.imul(xy[i] + xy[i + 2], 73_856_093) ^ Math.imul(xy[i + 1] + xy[i + 3], 19_349_663);
        let at = (mixed >>> 9) & (size - 1);
        for (; drawers[at] >= 0; at = (at + 1) & (size - 1)) {
          const k = drawers[at];
          if ((isSame(i, k) && isSame(i + 2, k + 2)) || (isSame(i, k + 2) && isSame(i + 2, k))) break;
        }
        if (drawers[at] >= 0) repeated[i / 2] = 1;
        else drawers[at] = i;
      }
    return repeated;
  }

  // Trace the points `from` to `to`, without `to`.
  tracePart(ctx, from, to, { a, b, e, f, wide, high }, least) {
    const { xy } = this;
    // `side` tells which sides of the view the pen is beyond; a skipped point waits at `sx`, `sy`.
    let px = NaN,
      py = NaN,
      side = 0,
      sx = 0,
      sy = 0,
      isWaiting = false;
    for (let i = 2 * from, stop = 2 * to; i < stop; i += 2) {
      const x = a * xy[i] + b * xy[i + 1] + e,
        y = b * xy[i] - a * xy[i + 1] + f;
      const now = (x < -9 ? 1 : x > wide + 9 ? 2 : 0) | (y < -9 ? 4 : y > high + 9 ? 8 : 0);
      if (i === 2 * from) ctx.moveTo(x, y);
      else {
        const last = i === stop - 2;
        if (!last && (now & side || (!now && Math.abs(x - px) + Math.abs(y - py) < least))) {
          isWaiting = (now & side) !== 0;
          sx = x;
          sy = y;
          if (now & side) {
            side = now & side;
          }
          continue;
        }
        if (isWaiting) ctx.lineTo(sx, sy);
        ctx.lineTo(x, y);
      }
      isWaiting = false;
      px = x;
      py = y;
      side = now;
    }
  }

  /** Whether an odd number of a shape's rings hold a place. */
  covers(shape, [x, y]) {
    let odd = false;
    for (let r = this.first[shape]; r < this.first[shape + 1]; r++) {
      if (!this.near(r, [x, y, x, y])) continue;
      const from = 2 * this.start[r],
        to = 2 * this.start[r + 1];
      for (let i = from, j = to - 2; i < to; j = i, i += 2) {
        const a = this.xy[i],
          b = this.xy[i + 1],
          c = this.xy[j],
          d = this.xy[j + 1];
        if (b > y !== d > y && x < ((c - a) * (y - b)) / (d - b) + a) odd = !odd;
      }
    }
    return odd;
  }

  /** Metres of the plane from a place to a line; Infinity beyond `reach`. */
  away(shape, [x, y], reach) {
    let least = Infinity;
    for (let r = this.first[shape]; r < this.first[shape + 1]; r++) {
      if (!this.near(r, [x - reach, y - reach, x + reach, y + reach])) continue;
      for (let i = 2 * this.start[r]; i < 2 * this.start[r + 1] - 2; i += 2) {
        const u = this.xy[i + 2] - this.xy[i],
          v = this.xy[i + 3] - this.xy[i + 1];
        const t = Math.max(
          0,
          Math.min(1, ((x - this.xy[i]) * u + (y - this.xy[i + 1]) * v) / (u * u + v * v || 1)),
        );
        least = Math.min(least, Math.hypot(x - this.xy[i] - t * u, y - this.xy[i + 1] - t * v));
      }
    }
    return least <= reach ? least : Infinity;
  }
}
