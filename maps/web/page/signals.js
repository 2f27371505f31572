// Events of the page: one module gives a signal and others listen, so they need not import each other.
// "open" (layer, row, options): show the details of a feature. "close": shut the details.
// "position" (latitude and longitude): show a typed position.
// "notice" (title, text): show a message in the place of the details.
// "month": the month of the slider changed.
// "clock": the month or the year of the ice changed.
// "view": something of the view changed that its address tells.

const listeners = new Map();

/** Call `act` at each signal of this name. */
export function listen(name, act) {
  listeners.set(name, [...(listeners.get(name) || []), act]);
}

/** Give a signal to all who listen. */
export function signal(name, ...values) {
  for (const act of listeners.get(name) || []) act(...values);
}
