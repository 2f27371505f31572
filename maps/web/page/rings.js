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

  traceRing(ctx, r, { a, b, e, f, wide, high }, least) {
    const { xy, start } = this;
    // `side` tells which sides of the view the pen is beyond; a skipped point waits at `sx`, `sy`.
    let px = NaN,
      py = NaN,
      side = 0,
      sx = 0,
      sy = 0,
      isWaiting = false;
    for (let i = 2 * start[r], stop = 2 * start[r + 1]; i < stop; i += 2) {
      const x = a * xy[i] + b * xy[i + 1] + e,
        y = b * xy[i] - a * xy[i + 1] + f;
      const now = (x < -9 ? 1 : x > wide + 9 ? 2 : 0) | (y < -9 ? 4 : y > high + 9 ? 8 : 0);
      if (i === 2 * start[r]) ctx.moveTo(x, y);
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
