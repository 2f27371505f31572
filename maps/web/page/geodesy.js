// Distances and great circles between places in degrees of longitude and latitude.

/** Degrees to radians. */
export const RAD = Math.PI / 180;

/**
 * Length in metres of the geodesic on WGS 84: Vincenty (1975), doi 10.1179/sre.1975.23.176.88.
 * It fails only near antipodes, which no two places of this map are.
 */
export function geodesic([lng1, lat1], [lng2, lat2]) {
  const A = 6378137,
    F = 1 / 298.257223563,
    B = A * (1 - F);
  const u1 = Math.atan((1 - F) * Math.tan(lat1 * RAD)),
    u2 = Math.atan((1 - F) * Math.tan(lat2 * RAD));
  const L0 = (lng2 - lng1) * RAD,
    s1 = Math.sin(u1),
    c1 = Math.cos(u1),
    s2 = Math.sin(u2),
    c2 = Math.cos(u2);
  let lambda = L0,
    sine,
    cosine,
    sigma,
    alpha2,
    middle;
  for (let k = 0; k < 100; k++) {
    sine = Math.hypot(c2 * Math.sin(lambda), c1 * s2 - s1 * c2 * Math.cos(lambda));
    if (sine === 0) return 0;
    cosine = s1 * s2 + c1 * c2 * Math.cos(lambda);
    sigma = Math.atan2(sine, cosine);
    const alpha = (c1 * c2 * Math.sin(lambda)) / sine;
    alpha2 = 1 - alpha * alpha;
    middle = alpha2 ? cosine - (2 * s1 * s2) / alpha2 : 0;
    const c = (F / 16) * alpha2 * (4 + F * (4 - 3 * alpha2)),
      previous = lambda;
    lambda =
      L0 + (1 - c) * F * alpha * (sigma + c * sine * (middle + c * cosine * (2 * middle * middle - 1)));
    if (Math.abs(lambda - previous) < 1e-12) break;
  }
  const u = (alpha2 * (A * A - B * B)) / (B * B);
  const p = 1 + (u / 16384) * (4096 + u * (u * (320 - 175 * u) - 768));
  const q = (u / 1024) * (256 + u * (u * (74 - 47 * u) - 128));
  const rest =
    q *
    sine *
    (middle +
      (q / 4) *
        (cosine * (2 * middle * middle - 1) -
          (q / 6) * middle * (4 * sine * sine - 3) * (4 * middle * middle - 3)));
  return B * p * (sigma - rest);
}

/** Places along the great circle from one place to another: 32 steps, the last is the end. */
export function greatCircle(from, to) {
  const vector = ([lng, lat]) => [
    Math.cos(lat * RAD) * Math.cos(lng * RAD),
    Math.cos(lat * RAD) * Math.sin(lng * RAD),
    Math.sin(lat * RAD),
  ];
  const p = vector(from),
    q = vector(to),
    angle = Math.acos(
      Math.max(
        -1,
        Math.min(
          1,
          p.reduce((sum, v, k) => sum + v * q[k], 0),
        ),
      ),
    );
  if (angle < 1e-9) return [to];
  return Array.from({ length: 32 }, (_, k) => {
    const t = (k + 1) / 32,
      u = Math.sin((1 - t) * angle),
      v = Math.sin(t * angle);
    const [x, y, z] = p.map((c, j) => u * c + v * q[j]);
    return [Math.atan2(y, x) / RAD, Math.atan2(z, Math.hypot(x, y)) / RAD];
  });
}
