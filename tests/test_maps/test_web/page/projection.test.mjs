// The polar plane agrees with PROJ, and the way back leads to where one came from.
import assert from "node:assert/strict";
import { test } from "node:test";
import "./browser.mjs";
import { placeAt, plane, polarCrs, RESOLUTIONS } from "../../../../maps/web/page/projection.js";

// From pyproj 3.7, EPSG:4326 to EPSG:3413: longitude and latitude, metres.
const PLACES = [
  [[20, 70], [1982935.866014, -924658.179953]],
  [[-170, 66], [-2160114.455632, 1512528.42523]],
  [[180, 60], [-2349829.16234, 2349829.16234]],
  [[134.9, 89.5], [94.533949, 54163.907783]],
  [[-45, 60], [0, -3323160.270641]],
  [[-53.1, 45.2], [-719504.483035, -5055502.001239]],
];
const near = (one, other, most) => assert.ok(one.every((v, k) => Math.abs(v - other[k]) < most), `${one} is not ${other}`);

test("a place is where PROJ puts it, to a thousandth of a millimetre", () => {
  for (const [place, metres] of PLACES) near(plane.forward(place), metres, 1.1e-6);
});

test("the way back gives the place, with a longitude from -180 to 180", () => {
  for (const [[lng, lat], metres] of PLACES) near(plane.inverse(metres), [lng === 180 ? -180 : lng, lat], 1e-8);
  assert.deepEqual(plane.inverse([0, 0]), [-45, 90]);
  for (let angle = 0; angle < 360; angle++) {
    const [lng] = plane.inverse([1e6 * Math.cos(angle), 1e6 * Math.sin(angle)]);
    assert.ok(lng >= -180 && lng <= 180);
  }
});

test("the turned CRS puts its meridian downwards, and knows the way back", () => {
  for (const lon0 of [-45, 0, 20, 180, -135]) {
    const { projection } = polarCrs(lon0);
    const down = projection.project({ lng: lon0, lat: 70 });
    assert.ok(Math.abs(down.x) < 1e-6 && down.y < 0, `${lon0}`);
    for (const [[lng, lat]] of PLACES) {
      const back = projection.unproject(projection.project({ lng, lat }));
      near([((back.lng - lng + 540) % 360) - 180, back.lat], [0, lat], 1e-9);
      const metres = plane.forward([lng, lat]),
        own = projection.project({ plane: metres, lng: 0, lat: 0 });
      near([own.x, own.y], Object.values(projection.project({ lng, lat })), 1e-6);
    }
  }
  near(placeAt(...PLACES[0][1]).plane, PLACES[0][1], 1e-9);
});

test("the scale grows from one resolution to the next in a straight line, and zoom is its way back", () => {
  const crs = polarCrs(-45);
  RESOLUTIONS.forEach((metres, zoom) => assert.equal(crs.scale(zoom), 1 / metres));
  assert.equal(crs.scale(2.5), (crs.scale(2) + crs.scale(3)) / 2);
  for (const zoom of [0, 0.25, 1.7, 3, 9.5]) assert.ok(Math.abs(crs.zoom(crs.scale(zoom)) - zoom) < 1e-9);
});
