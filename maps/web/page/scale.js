// The scale bar. A polar stereographic map has one scale only at one latitude.
import { byId } from "./dom.js";
import { map } from "./picture.js";
import { number } from "./text.js";

/** Draw the scale bar for the centre of the view. */
export function drawScale() {
  const middle = map.getSize().divideBy(2);
  const ends = [-50, 50].map((dx) => map.containerPointToLatLng(middle.add([dx, 0])));
  const metres = L.CRS.Earth.distance(...ends) / 100;
  const most = metres * 120,
    power = 10 ** Math.floor(Math.log10(most));
  const round = [5, 2, 1].map((k) => k * power).find((k) => k <= most);
  byId("scale-bar").style.width = `${round / metres}px`;
  byId("scale-text").textContent = `${number(round / 1000)} km at the centre of the view`;
  byId("scale").setAttribute("aria-label", `Scale: ${byId("scale-text").textContent}`);
}
