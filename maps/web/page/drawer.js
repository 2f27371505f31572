// The panel, which on a narrow screen is a drawer.
import { byId } from "./dom.js";

/** Whether the drawer is open. */
export const isDrawerOpen = () => document.body.classList.contains("drawer");

/** Open or shut the drawer. */
export function switchDrawer(on) {
  document.body.classList.toggle("drawer", on);
  byId("panel-toggle").setAttribute("aria-expanded", String(on));
  byId("panel-toggle").textContent = on ? "Close" : "Layers";
  if (on) byId("search").focus();
}

/** Bind the button of the drawer. */
export function startDrawer() {
  byId("panel-toggle").addEventListener("click", () => switchDrawer(!isDrawerOpen()));
}
