// Packing of whole numbers for the tests, as `packed` of maps/web/packing.py does it.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Whole numbers as packed text. */
export function pack(numbers) {
  return numbers
    .map((n) => {
      let rest = n < 0 ? -2 * n - 1 : 2 * n,
        text = "";
      for (; rest >= 32; rest = Math.floor(rest / 32)) text += ALPHABET[32 + (rest % 32)];
      return text + ALPHABET[rest];
    })
    .join("");
}

/** Rings of points in metres as the page stores them: `shapes[i]` is the list of rings of shape i. */
export function packRings(shapes) {
  const rings = shapes.flat(),
    points = rings.flat().map((p) => p.map((v) => v / 100));
  const steps = points.flatMap(([x, y], k) => (k ? [x - points[k - 1][0], y - points[k - 1][1]] : [x, y]));
  return {
    shapes: pack(shapes.map((s) => s.length)),
    rings: pack(rings.map((r) => r.length)),
    steps: pack(steps),
  };
}
