// The one canvas on which the map is drawn. Needs Leaflet.
import { frameOf } from "./plane_to_pixels.js";
import { markSize } from "./symbols.js";
import { pixelRatio } from "./theme.js";

// It draws levels from the lowest order to the highest, each from flat arrays by one linear map: a turn
// of the view or a change of zoom costs one pass.
const Painter = L.Renderer.extend({
  _initContainer() {
    this._container = document.createElement("canvas");
  },
  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const ratio = pixelRatio(),
      size = this._bounds.getSize(),
      paper = this._container;
    L.DomUtil.setPosition(paper, this._bounds.min);
    if (paper.width !== size.x * ratio || paper.height !== size.y * ratio) {
      paper.width = size.x * ratio;
      paper.height = size.y * ratio;
      paper.style.width = `${size.x}px`;
      paper.style.height = `${size.y}px`;
    }
    this.paint();
  },
  _reset() {
    this._update();
    // Leaflet would put a reset canvas at a fraction of a pixel, which shows as seams across the map.
    L.DomUtil.setPosition(this._container, this._bounds.min);
  },
  paint() {
    if (!this._map || !this._bounds) return;
    const ctx = this._container.getContext("2d"),
      ratio = pixelRatio();
    const size = this._bounds.getSize();
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, size.x, size.y);
    const view = {
      ...frameOf(this._map, this._bounds.min),
      wide: size.x,
      high: size.y,
      ratio,
      size: markSize(this._map),
    };
    const ends = [
      [0, 0],
      [size.x, 0],
      [0, size.y],
      [size.x, size.y],
    ].map(([x, y]) => view.plane(x, y));
    view.bounds = [Math.min, Math.max].flatMap((of) => [0, 1].map((k) => of(...ends.map((end) => end[k]))));
    for (const level of this.levels) level.draw(ctx, view);
    this.rough = view.rough;
  },
});

/** The painter of the map; `levels` are `{ order, draw(ctx, view) }`. */
export const painter = new Painter({ padding: 0.12 });
painter.levels = [];

/** Give the painter its levels. */
export function setLevels(levels) {
  painter.levels = levels.sort((one, other) => one.order - other.order);
}

/** Draw the map again, once it is on the page. */
export function paint() {
  if (painter._map) painter.paint();
}
