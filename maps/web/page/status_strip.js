// The strip at the top and the caveats at the foot: scope, state and age of the picture.
import { byId, el } from "./dom.js";
import { ageSources, data, map } from "./picture.js";
import { changesOf, changesSummary, namedChange, since } from "./changes.js";
import { state } from "./state.js";
import { count, number } from "./text.js";

const DAY_MS = 864e5;
const CHECK_MS = 60_000;
const FRESH_ICE_DAYS = 30; // the month of the ice map
const FIRST_CAVEATS = 2;
let hasSeenExpired = false;

/** Write the caveats: the first on screen; on paper, which has no button, all of them and what changed. */
export function writeCaveats() {
  const news =
    state.isPrinting && since
      ? [
          `What changed since ${since.before.day} (picture ${since.before.seq}): ${changesSummary()}`,
          ...changesOf("node").slice(0, 5).map(namedChange),
        ]
      : [];
  byId("first-caveats").replaceChildren(
    ...news.map((text) => el("span", { class: "news" }, text)),
    data.caveats.slice(0, state.isPrinting ? data.caveats.length : FIRST_CAVEATS).join(" "),
  );
}

const daysSince = (day, now) => Math.floor((now - Date.parse(`${day}T00:00:00Z`)) / DAY_MS);
// The extent is one number a day; the maps, on which seasons and classes rest, may end years before it.
const iceDays = (now) =>
  Math.max(data.extent ? daysSince(data.extent.date, now) : 0, data.ice_maps_to ? daysSince(data.ice_maps_to, now) : 0);
function iceAge(now) {
  if (iceDays(now) <= FRESH_ICE_DAYS) return "";
  const parts = [
    data.extent ? `extent ${number(daysSince(data.extent.date, now))} days old` : null,
    data.ice_maps_to ? `maps to ${data.ice_maps_to.slice(0, 7)}` : null,
  ];
  return `sea ice: ${parts.filter(Boolean).join(", ")}`;
}

// Age and end are by the reader's clock: a stored page cannot know when it is read.
function writeAge() {
  ageSources();
  const late = data.late.length,
    now = Date.now();
  const days = Math.floor((now - Date.parse(`${data.day}T00:00:00Z`)) / DAY_MS);
  const isExpired = data.expires !== null && now >= Date.parse(data.expires);
  const status = isExpired ? "EXPIRED" : late ? "DEGRADED" : data.status;
  // Green is for a picture whose ice is fresh as well.
  byId("status").className = `${status.toLowerCase()}${iceDays(now) > FRESH_ICE_DAYS ? " aged" : ""}`;
  byId("status").replaceChildren(
    el("span", { class: "sign", "aria-hidden": "true" }, { EXPIRED: "■", COMPLETE: "●" }[status] || "▲"),
    el("strong", null, status),
    el(
      "span",
      { class: "why" },
      isExpired
        ? `on ${data.expires.slice(0, 10)}`
        : late
          ? `${late} of ${count(data.sources.length, "source")} stale, held or missing`
          : data.not_held.length
            ? `${count(data.not_held.length, "known source")} not held`
            : "every source held",
    ),
    // Stands beside the state at every width and on paper: a complete picture may rest on old ice.
    !isExpired && iceAge(now) ? el("span", { class: "ice-age" }, iceAge(now)) : "",
  );
  const age =
    days < 0 ? "dated after your clock's today" : days === 0 ? "today" : `${count(days, "day")} old`;
  const { oldest_fact: oldest } = data;
  byId("asof").replaceChildren(
    el("span", null, `As of ${data.day}`),
    el(
      "span",
      { class: "age", title: oldest ? `Of the facts that decide a critical or overlapping node, at ${oldest.name}` : null },
      oldest ? `${age}; oldest fact that decides: ${number(Math.round(oldest.years))} years` : age,
    ),
  );
  if (isExpired && !hasSeenExpired) {
    byId("expired").hidden = false;
    byId("expired-why").textContent =
      `This picture was good until ${data.expires.slice(0, 10)}; by your clock it is ${count(days, "day")} old. Build a new one before you rely on it.`;
  }
}

/** Fill the strip and the caveats. */
export function startStrip() {
  byId("expired-open").addEventListener("click", () => {
    hasSeenExpired = byId("expired").hidden = true;
    map.getContainer().focus();
  });
  byId("scope").textContent = `${data.region.title} · ${data.scenario}`;
  writeAge();
  setInterval(writeAge, CHECK_MS);
  writeCaveats();
  byId("caveats-open").textContent = `All ${data.caveats.length} caveats, sources`;
}
