// The polar stereographic plane (EPSG:3413) and the CRS turned to a meridian. Needs Leaflet.
import { RAD } from "./geodesy.js";

const AXIS = 6378137; // metres; WGS 84
const E = Math.sqrt((2 - 1 / 298.257223563) / 298.257223563); // eccentricity of WGS 84
const TRUE_LAT = 70; // degrees; the scale is true here
const DOWN = -45; // degrees; the meridian that points down
const DEEPEST = 32768; // metres a pixel at zoom 0
/** Metres a pixel at each zoom. */
export const RESOLUTIONS = Array.from({ length: 11 }, (_, zoom) => DEEPEST / 2 ** zoom);

// ((1 - e sin lat) / (1 + e sin lat)) ^ (e / 2), of a latitude in radians.
const squeeze = (lat) => ((1 - E * Math.sin(lat)) / (1 + E * Math.sin(lat))) ** (E / 2);
const halfTangent = (lat) => Math.tan(Math.PI / 4 - lat / 2) / squeeze(lat);
const RADIUS =
  (AXIS * Math.cos(TRUE_LAT * RAD)) /
  Math.sqrt(1 - (E * Math.sin(TRUE_LAT * RAD)) ** 2) /
  halfTangent(TRUE_LAT * RAD);

/**
 * Longitude and latitude in degrees to metres of EPSG:3413 (`forward`) and back (`inverse`). Snyder (1987),
 * Map Projections, USGS Professional Paper 1395, equations 21-30, 21-31, 21-34 and 7-9, doi 10.3133/pp1395.
 */
export const plane = {
  forward([lng, lat]) {
    const away = RADIUS * halfTangent(lat * RAD),
      angle = (lng - DOWN) * RAD;
    return [away * Math.sin(angle), -away * Math.cos(angle)];
  },
  inverse([x, y]) {
    const t = Math.hypot(x, y) / RADIUS;
    if (t === 0) return [DOWN, 90];
    let lat = Math.PI / 2 - 2 * Math.atan(t);
    // Each step divides the error by 150 or more.
    for (let step = 0; step < 7; step++) lat = Math.PI / 2 - 2 * Math.atan(t * squeeze(lat));
    const lng = Math.atan2(x, -y) / RAD + DOWN;
    return [lng < -180 ? lng + 360 : lng, lat / RAD];
  },
};

/**
 * The CRS whose meridian `lon0` points down. It is the plane of EPSG:3413 turned, so a place that has
 * its `plane` coordinates is not projected again at each zoom.
 */
export function polarCrs(lon0) {
  const turn = (lon0 - DOWN) * RAD,
    cos = Math.cos(turn),
    sin = Math.sin(turn);
  return L.extend({}, L.CRS, {
    code: lon0 === DOWN ? "EPSG:3413" : `EPSG:3413 turned to ${lon0}`,
    turn,
    infinite: true,
    R: L.CRS.Earth.R,
    distance: L.CRS.Earth.distance,
    transformation: new L.Transformation(1, 0, -1, 0),
    projection: {
      project(place) {
        const [x, y] = place.plane || plane.forward([place.lng, place.lat]);
        return new L.Point(x * cos + y * sin, y * cos - x * sin);
      },
      unproject: ({ x, y }) => {
        const [lng, lat] = plane.inverse([x * cos - y * sin, y * cos + x * sin]);
        return new L.LatLng(lat, lng);
      },
    },
    // Between two whole zooms the scale, in pixels a metre, grows in a straight line.
    scale: (zoom) => ((1 + zoom - Math.floor(zoom)) * 2 ** Math.floor(zoom)) / DEEPEST,
    zoom(scale) {
      const whole = Math.floor(Math.log2(scale * DEEPEST));
      return whole + (scale * DEEPEST) / 2 ** whole - 1;
    },
  });
}
L.CRS.EPSG3413 = polarCrs(DOWN);

/** The place of Leaflet at metres x, y of the plane. */
export function placeAt(x, y) {
  const [lng, lat] = plane.inverse([x, y]);
  const place = new L.LatLng(lat, lng);
  place.plane = [x, y];
  return place;
}
