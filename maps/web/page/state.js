// What the reader has chosen: all that changes while the page is open and that several modules read.

/** The state of the view. `opened` is `{ layer, row }` of the feature whose details are open. */
export const state = {
  theme: "system",
  isPrinting: false,
  lon0: -45, // degrees; the meridian that points down
  isAtHome: true, // nobody has moved the view: it shows the whole region
  isRestoring: true, // an address is being read: it is not to be written meanwhile
  hasGraticule: true,
  hasNames: true,
  opened: null,
  year: null, // a year of the record of sea ice; null for the usual ice
  reachFrom: null, // row of the port whose days of sail are drawn; null for none
  level: null, // degrees of global warming at which nodes with a higher class are ringed; null for none
  position: null, // a place of the plane that the reader typed
  whatIf: null, // `{ row, mark }`: the mark that the chosen node would have at the value of a slider
};
