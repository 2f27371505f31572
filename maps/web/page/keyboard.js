// Keys: Enter for the middle of the map, Escape to shut what is open.
import { byId } from "./dom.js";
import { isDrawerOpen, switchDrawer } from "./drawer.js";
import { addPlace, measure, switchMeasure } from "./measure.js";
import { map } from "./picture.js";
import { openNearest, planeAt } from "./pointing.js";
import { signal } from "./signals.js";
import { isNarrow } from "./theme.js";

function pressEnter() {
  const middle = map.getSize().divideBy(2);
  if (measure.on) addPlace(planeAt(middle));
  else openNearest(middle);
}

function pressEscape() {
  if (document.querySelector("dialog[open]") || document.activeElement === byId("search")) return;
  if (byId("tools").open) byId("tools").open = false;
  else if (measure.on) switchMeasure(false);
  else if (isDrawerOpen()) switchDrawer(false);
  else signal("close");
}

/** Bind the keys, and shut the tools at a click elsewhere. */
export function startKeyboard() {
  const container = map.getContainer();
  container.setAttribute(
    "aria-label",
    "Polar map. Arrow keys move, plus and minus zoom, Enter opens the point nearest to the middle; search opens a place.",
  );
  container.setAttribute("role", "application");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && document.activeElement === container) pressEnter();
    else if (event.key === "Escape") pressEscape();
  });
  // The links would write their target over the view in the address.
  for (const [link, goTo] of [
    ["skip-search", () => (isNarrow() ? switchDrawer(true) : byId("search").focus())],
    ["skip-map", () => container.focus()],
  ])
    byId(link).addEventListener("click", (event) => {
      event.preventDefault();
      goTo();
    });
  document.addEventListener("click", (event) => {
    if (!byId("tools").contains(event.target)) byId("tools").open = false;
  });
}
