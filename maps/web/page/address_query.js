// The view as the part of an address after its "#", and back.

const THEMES = ["light", "dark", "system"];

/** The query of a view. What is as at first is left out. */
export function writeQuery({ isAtHome, lat, lng, zoom, lon0, layers, month, year = null, level = null, refused, theme, node, hasReach = false }) {
  const query = new URLSearchParams();
  if (!isAtHome) {
    query.set("at", `${lat.toFixed(4)},${lng.toFixed(4)}`);
    query.set("zoom", zoom.toFixed(2));
  }
  query.set("south", lon0);
  query.set("layers", layers.join("."));
  if (month) query.set("month", month);
  if (year !== null) query.set("year", year);
  if (level !== null) query.set("level", level);
  for (const [name, values] of Object.entries(refused))
    for (const value of values) query.append(`no_${name}`, value);
  if (theme !== "system") query.set("theme", theme);
  if (node !== null) query.set("node", node);
  if (hasReach) query.set("reach", "days");
  return query;
}

/** The view of a query; what it lacks, or what is out of range, is null. An empty query has no view. */
export function readQuery(text) {
  const query = new URLSearchParams(text);
  if (![...query].length) return null;
  const lon0 = Number(query.get("south")),
    month = Number(query.get("month")),
    year = Number(query.get("year")),
    zoom = Number(query.get("zoom"));
  const [lat, lng] = (query.get("at") || "").split(",").map(Number);
  const refused = Object.create(null); // a name of the address may be that of a built-in property
  for (const [name, value] of query) if (name.startsWith("no_")) (refused[name.slice(3)] ??= []).push(value);
  return {
    lon0: query.has("south") && lon0 >= -180 && lon0 <= 180 ? lon0 : null,
    layers: query.has("layers") ? query.get("layers").split(".") : null,
    month: month >= 1 && month <= 12 ? Math.round(month) : null,
    year: Number.isInteger(year) && year > 1900 && year < 2200 ? year : null,
    level: query.has("level") ? Number(query.get("level")) || null : null,
    theme: THEMES.includes(query.get("theme")) ? query.get("theme") : null,
    refused,
    node: query.get("node"),
    hasReach: query.get("reach") === "days",
    at: query.has("at") && lat > 0 && lat <= 90 && Number.isFinite(lng + zoom) ? { lat, lng, zoom } : null,
  };
}
