// One layer of the map: its columns, its shapes, its points.
import { byColumnName, cell } from "./columns.js";
import { PATH_GRID, POINT_GRID, unpack } from "./decode.js";
import { byId } from "./dom.js";
import { Rings } from "./rings.js";

const AFAR = 1 / 3500; // pixels a metre: up to here the shapes that are simplified for a far view do

/** The value that the style gives the class of a stored value; a missing value has the empty one. */
export const classValue = (value) => (value === null ? "" : String(value));

/** A layer as the page stores it (maps/web/layer_data.py), decoded when it is first asked for. */
export class MapLayer {
  constructor(data) {
    Object.assign(this, data);
    this.stored = data;
    this.nameColumns();
    this.classes = new Map(data.style.classes.map((c, rank) => [c.value, { ...c, rank }]));
    this.shapes = new Map(data.style.shapes.map((s) => [s.value, s]));
    this.on = data.style.visible;
  }

  nameColumns() {
    this.column = byColumnName(this.columns);
    for (const column of this.columns) if (column.after) column.before = this.column[column.after];
  }

  /** The layer with what the first view does without: it stands at the end of the page. */
  whole() {
    const rest = !this.isWhole && byId(`later-${this.id}`);
    if (rest) {
      const { columns = [], ...shapes } = JSON.parse(rest.textContent);
      Object.assign(this, shapes);
      this.columns = [...this.columns, ...columns];
      this.nameColumns();
    }
    this.isWhole = this.isWhole || document.readyState !== "loading" || Boolean(rest);
    if (typeof this.paths === "string") this.owner = this.layers.find((other) => other.id === this.paths);
    return this;
  }

  /** Rings of the shapes; shapes that another layer has as well are stored there. */
  get rings() {
    if (!this.paths || typeof this.paths === "string") this.whole();
    if (this.owner) return this.owner.rings;
    if (!(this.paths instanceof Rings)) this.paths = new Rings(this.paths);
    return this.paths;
  }

  /** Rings for a view: the simplified ones from afar, or until the others are read. */
  ringsFor(view) {
    if (!this.afar || !this.isAfar(view)) return this.rings;
    if (!(this.afar instanceof Rings)) this.afar = new Rings(this.afar);
    return this.afar;
  }

  /**
   * Whether a view takes the shapes from afar (of the ice, one month as it is). A view that must do
   * with them although it is close is marked as rough.
   */
  isAfar(view) {
    if (this.afar_month ? this.afar_month === this.month : view.scale < AFAR) return true;
    if (this.whole().paths) return false;
    return (view.rough = true);
  }

  /** The layer with `x` and `y` of its points in metres of the plane. */
  get points() {
    if (this.x === undefined) this.whole();
    if (typeof this.x === "string") {
      this.x = unpack(this.x).map((v) => v * POINT_GRID);
      this.y = unpack(this.y).map((v) => v * POINT_GRID);
    }
    return this;
  }

  /** Value of a column in row `i`. */
  value(name, i) {
    return cell(this.column[name] || this.whole().column[name], i);
  }
  /** Name of a feature, null without one. */
  name(i) {
    return this.value("name", i);
  }
  /** Name of a feature, or words for one without a name. */
  titleOf(i) {
    return this.name(i) || `${this.title}, without a name`;
  }
  /** The class of the style that a feature has. */
  classOf(i) {
    return this.classes.get(classValue(this.value(this.style.class_column, i)));
  }

  /** Where a feature is, in metres of the plane; null for one without a shape. */
  place(i) {
    if (this.geometry === "point") return [this.points.x[i], this.points.y[i]];
    const label = this.labels && this.labels[i];
    if (label && label[2]) return [label[0] * PATH_GRID, label[1] * PATH_GRID];
    const { first, start, xy } = this.rings,
      r = first[i];
    if (r === first[i + 1]) return null;
    const k = 2 * Math.floor((start[r] + start[r + 1]) / 2);
    return [xy[k], xy[k + 1]];
  }

  /** Whether a feature is drawn: of the sea ice, that of the month of the slider. */
  isDrawn(i) {
    return this.id !== "sea_ice" || this.value("month", i) === this.month;
  }
}
