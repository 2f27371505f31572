// The six scenes of the briefing as views of the map, one after another (maps/reports/scenes.py).
import { readAddress } from "./address_bar.js";
import { byId, el } from "./dom.js";
import { data } from "./picture.js";
import { signal } from "./signals.js";
import { goHome } from "./view.js";
import { setLevel } from "./warmer_level.js";

let current = -1;
let before = null; // the address of the view in which the story began

function showScene(k, address = data.scenes[k].address) {
  current = k;
  const { title, about, cases } = data.scenes[k];
  byId("story").hidden = false;
  byId("story-title").textContent = `${k + 1} of ${data.scenes.length}: ${title}`;
  byId("story-about").textContent = about;
  byId("story-cases").hidden = !cases.length;
  byId("story-cases").replaceChildren(...cases.map((one) => caseButton(k, one, one.address === address)));
  byId("story-back").disabled = k === 0;
  byId("story-next").disabled = k === data.scenes.length - 1;
  signal("close");
  goHome();
  history.replaceState(null, "", `#${address}`);
  readAddress();
}

function caseButton(k, { name, address }, isShown) {
  const button = el("button", { type: "button", "aria-pressed": String(isShown) }, name);
  button.addEventListener("click", () => {
    showScene(k, address);
    byId("story-cases").querySelector("[aria-pressed=true]").focus();
  });
  return button;
}

/** Bind the story; without scenes its button is not shown. */
export function startStory() {
  const button = byId("story-open");
  button.hidden = !data.scenes.length;
  button.addEventListener("click", () => {
    if (byId("story").hidden) before = location.hash || null;
    showScene(Math.max(current, 0));
  });
  byId("story-back").addEventListener("click", () => showScene(current - 1));
  byId("story-next").addEventListener("click", () => showScene(current + 1));
  byId("story-shut").addEventListener("click", () => {
    byId("story").hidden = true;
    signal("close");
    setLevel(null);
    goHome();
    if (before) {
      history.replaceState(null, "", before);
      readAddress();
    }
    button.focus();
  });
}
