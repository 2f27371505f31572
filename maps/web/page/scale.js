// The scale bar and the north pointer, both for the centre of the view. A polar stereographic map has one scale only at one latitude.
import { byId } from "./dom.js";
import { map } from "./picture.js";
import { containerFrame, pixel } from "./plane_to_pixels.js";
import { number } from "./text.js";

const NEAR_POLE_PX = 24; // nearer to the pole than this, the centre of the view has no north to point to

/** The scale bar for the centre of the view: its length in pixels, and what it says. */
export function scaleBar() {
  const middle = map.getSize().divideBy(2);
  const ends = [-50, 50].map((dx) => map.containerPointToLatLng(middle.add([dx, 0])));
  const metres = L.CRS.Earth.distance(...ends) / 100;
  const most = metres * 120,
    power = 10 ** Math.floor(Math.log10(most));
  const round = [5, 2, 1].map((k) => k * power).find((k) => k <= most);
  return { pixels: round / metres, text: `${number(round / 1000)} km at the centre of the view` };
}

/** Draw the scale bar. */
export function drawScale() {
  const { pixels, text } = scaleBar();
  byId("scale-bar").style.width = `${pixels}px`;
  byId("scale-text").textContent = text;
  byId("scale").setAttribute("aria-label", `Scale: ${text}`);
}

/** Turn the north pointer to the pole as seen from the centre of the view; at the pole it is hidden. */
export function drawNorth() {
  const [x, y] = pixel(containerFrame(map), [0, 0]),
    middle = map.getSize().divideBy(2);
  const right = x - middle.x,
    up = middle.y - y,
    angle = Math.round((Math.atan2(right, up) * 180) / Math.PI);
  byId("north").hidden = Math.hypot(right, up) < NEAR_POLE_PX;
  byId("north-arrow").style.rotate = `${angle}deg`;
  byId("north").setAttribute("aria-label", `North is at ${(angle + 360) % 360} degrees, clockwise from up`);
}
