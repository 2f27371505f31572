// Names of a country in the languages of the Arctic and of its visitors, for the search.

// Countries with land in the region. A picture has the three letters, the browser knows the two.
const ALPHA2 = {
  ALA: "AX",
  CAN: "CA",
  DNK: "DK",
  EST: "EE",
  FIN: "FI",
  FRO: "FO",
  GBR: "GB",
  GRL: "GL",
  ISL: "IS",
  LVA: "LV",
  NOR: "NO",
  RUS: "RU",
  SJM: "SJ",
  SWE: "SE",
  USA: "US",
};
const LANGUAGES = ["da", "de", "en", "es", "et", "fi", "fr", "is", "lv", "nb", "ru", "se", "sv", "uk", "zh"];

/** Names of a country by its ISO 3166-1 alpha-3 code; none where the browser does not know them. */
export function namesOfCountry(code) {
  if (!ALPHA2[code] || typeof Intl.DisplayNames !== "function") return [];
  const names = LANGUAGES.map((language) =>
    new Intl.DisplayNames([language], { type: "region", fallback: "none" }).of(ALPHA2[code]),
  );
  return [...new Set(names.filter(Boolean))];
}
