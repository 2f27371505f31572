// The four flows: each a layer with a switch of its own over the one table of lines (maps/web/flow_data.py).
import { MapLayer } from "./map_layer.js";

const MODE_TITLES = {
  sea: "Sea lane",
  rail: "Railway",
  road: "Main road",
  air: "Air link, assumed by runway and range",
  cable: "Cable",
  power: "Power line",
  pipeline: "Gas pipeline",
};
const CLOSED = { value: "closed", label: "Closed in the month, or at a border", dash: [1, 4] };

/** Whether a line with the months `digits` (null: not computed) and a border is passable in a month, 1 to 12. */
export const isPassable = (digits, border, month) =>
  border !== "closed" && border !== "restricted" && digits !== null && digits.charAt(month - 1) === "1";

/** The lines of one flow: its rows, shapes and columns are those of the table of all lines. */
export class FlowLayer extends MapLayer {
  constructor(base, { id, flow, title, note, lacks, modes, rows }, monthShown) {
    super({ ...base.stored, id, title, note, rows, switches: undefined });
    this.base = base;
    this.flow = flow;
    this.modes = modes;
    this.lacks = lacks;
    this.monthShown = monthShown;
    const used = base.style.classes.filter((one) => modes.includes(one.value));
    this.classes = new Map([...used, { ...CLOSED, fill: this.style.stroke, stroke: this.style.stroke, width: 0.7 }].map((one, rank) => [one.value, { ...one, rank }]));
  }

  whole() {
    this.base.whole();
    this.columns = this.base.columns;
    this.column = this.base.column;
    this.paths = this.base.paths;
    this.isWhole = this.base.isWhole;
    return this;
  }

  get rings() {
    return this.base.rings;
  }

  /** Name of a line, or what it is. */
  titleOf(i) {
    return this.name(i) || MODE_TITLES[this.value("mode", i)] || this.title;
  }

  /** Whether a line is passable in the month of the slider. */
  isOpen(i) {
    return isPassable(this.value("open_months", i), this.value("border", i), this.monthShown());
  }

  classOf(i) {
    return this.classes.get(this.isOpen(i) ? this.value("mode", i) : "closed");
  }

  isDrawn(i) {
    return this.modes.includes(this.value("mode", i));
  }
}

/** The layers with those of the flows in the place of the table of lines. */
export const withFlows = (layers, monthShown) =>
  layers.flatMap((layer) => (layer.switches ? layer.switches.map((one) => new FlowLayer(layer, one, monthShown)) : layer));
