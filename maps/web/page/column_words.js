// Titles and values of columns in words.
import { countryName } from "./node_words.js";
import { upper, words } from "./text.js";

const TITLES = {
  country_iso3: "Country",
  sources_apart_km: "Sources apart",
  cer_sectors: "CER sectors",
  class_low: "Class from",
  class_high: "Class to",
  icao: "ICAO code",
  iata: "IATA code",
  un_locode: "UN/LOCODE",
  wmo_id: "WMO number",
  wpi_number: "World Port Index number",
  source_url: "Address of the source",
};
const UNIT_END = /_(million_km2|km2|km|mm|mw|m|t|degc|deg)(_per_year)?$/;
const ABBREVIATIONS = { lng: "LNG", iho: "IHO", us: "US", "ro ro": "ro-ro", usa: "USA" };
// Columns whose values are of a list of ours; the values of any other column are the words of its source.
const LISTED = [
  "from_landing",
  "fuel",
  "institution",
  "kind",
  "product",
  "service",
  "site_kind",
  "special_status",
  "status",
  "to_landing",
];
const VALUES = {
  median_1981_2010: "median extent 1981–2010",
  monthly_extent: "extent of one month",
  svalbard_treaty_art9: "Svalbard Treaty, Article 9",
  eu_overseas_territory: "EU overseas territory",
  outside_eu_treaties: "outside the EU treaties",
  demilitarised_neutralised: "demilitarised and neutralised",
  nato_only: "NATO only",
  eu_only: "EU only",
};

/** Title of a column; a unit at the end of its name stands with the value. */
export function columnTitle({ name, unit }) {
  if (TITLES[name]) return TITLES[name];
  const plain = words((unit ? name.replace(UNIT_END, "") : name).replace(/^(has|is)_/, ""));
  return upper(plain.replace(/\b(lng|iho|us|usa|ro ro)\b/g, (part) => ABBREVIATIONS[part]));
}

/** Value of a column in words; a value of no list of ours stays as it is. */
export function columnValue(name, value) {
  if (typeof value !== "string") return value;
  if (name === "country_iso3") return countryName(value);
  return LISTED.includes(name) ? (VALUES[value] ?? words(value)) : value;
}
