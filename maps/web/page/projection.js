// The polar stereographic plane (EPSG:3413) and the CRS turned to a meridian. Needs Leaflet and Proj4js.

const POLAR = "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m";
/** Metres a pixel at each zoom. */
export const RESOLUTIONS = Array.from({ length: 11 }, (_, zoom) => 32768 / 2 ** zoom);
proj4.defs("EPSG:3413", POLAR);
/** Longitude and latitude in degrees to metres of EPSG:3413 (`forward`) and back (`inverse`). */
export const plane = proj4("EPSG:3413");

/**
 * The CRS whose meridian `lon0` points down. It is the plane of EPSG:3413 turned, so a place that has
 * its `plane` coordinates is not projected again at each zoom.
 */
export function polarCrs(lon0) {
  const name = lon0 === -45 ? "EPSG:3413" : `EPSG:3413 turned to ${lon0}`;
  const crs = new L.Proj.CRS(name, POLAR.replace("+lon_0=-45", `+lon_0=${lon0}`), {
    resolutions: RESOLUTIONS,
  });
  crs.turn = ((lon0 + 45) * Math.PI) / 180;
  const cos = Math.cos(crs.turn),
    sin = Math.sin(crs.turn);
  const project = crs.projection.project;
  crs.projection.project = function (place) {
    const p = place.plane;
    return p ? new L.Point(p[0] * cos + p[1] * sin, p[1] * cos - p[0] * sin) : project.call(this, place);
  };
  return crs;
}
L.CRS.EPSG3413 = polarCrs(-45);

/** The place of Leaflet at metres x, y of the plane. */
export function placeAt(x, y) {
  const [lng, lat] = plane.inverse([x, y]);
  const place = new L.LatLng(lat, lng);
  place.plane = [x, y];
  return place;
}
