// The nodes nearest to a place, and their list.
import { el } from "./dom.js";
import { geodesic } from "./geodesy.js";
import { nodeLine } from "./node_words.js";
import { nodes } from "./picture.js";
import { plane } from "./projection.js";
import { openButton } from "./swatches.js";
import { number } from "./text.js";

const MOST = 5;

/** The rows of the nodes nearest to a place of the plane, with their distance in km. */
export function nearestNodes(place, most = MOST) {
  if (!nodes) return [];
  const { x, y } = nodes.points,
    rows = Array.from({ length: nodes.count }, (_, i) => [i, Math.hypot(x[i] - place[0], y[i] - place[1])]);
  const here = plane.inverse(place);
  // The plane orders them well enough to leave out the far ones; the geodesic tells how far the near ones are.
  return rows
    .sort((p, q) => p[1] - q[1])
    .slice(0, 4 * most)
    .map(([i]) => ({ row: i, km: geodesic(here, plane.inverse(nodes.place(i))) / 1000 }))
    .sort((p, q) => p.km - q.km)
    .slice(0, most);
}

/** A list of the nodes nearest to a place of the plane; each opens its details. */
export const nearestList = (place) =>
  el(
    "ul",
    { class: "near" },
    nearestNodes(place).map(({ row, km }) =>
      el(
        "li",
        null,
        openButton(nodes, row, `${number(Number(km.toPrecision(2)))} km`, [
          el("span", { class: "name" }, nodes.titleOf(row)),
          el("span", { class: "small" }, nodeLine(row)),
        ]),
      ),
    ),
  );
