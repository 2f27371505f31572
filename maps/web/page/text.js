// Numbers, coordinates, shares and names as text.

/** Months in English, January first. */
export const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** An identifier with spaces for its underscores. */
export const words = (name) => name.replace(/_/g, " ");
/** Text with a capital first letter. */
export const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);
/** Text with a small first letter. */
export const lower = (text) => text.charAt(0).toLowerCase() + text.slice(1);
/** A stored value as a key: "unknown" for null. */
export const key = (value) => (value === null ? "unknown" : String(value));

// A formatter and a collator take long to make: each is made at its first use.
let formatter = null;
let collator = null;

/** A number to six significant digits, with a thin space between thousands. */
export function number(value) {
  const size = Math.abs(value);
  if ((size === 0 || (size >= 1e-6 && size < 1e6)) && Number(value.toPrecision(6)) === value) {
    const [whole, rest] = String(value).split(".");
    return whole.replace(/(?<=\d)(?=...$)/, "\u202f") + (rest ? `.${rest}` : "");
  }
  formatter = formatter || new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 6 });
  return Number.isFinite(value) ? formatter.format(value).replace(/,/g, "\u202f") : String(value);
}

/** Alphabetical order of two names, for `sort`. */
export function byName(one, other) {
  collator = collator || new Intl.Collator("en");
  return collator.compare(one, other);
}

/** A number with its noun in the singular or the plural. */
export const count = (n, one, many) => `${number(n)} ${n === 1 ? one : many || one + "s"}`;

/** A number to three significant digits (six from 1000); any other value as it is. */
export const short = (value) =>
  typeof value === "number" ? number(Number(value.toPrecision(value >= 1000 ? 6 : 3))) : value;

/** A share of draws in percent; only exact 0 and 1 read as 0 % and 100 %. */
export function percent(share) {
  if (share === null) return "unknown";
  if (share > 0 && share < 0.01) return "under 1 %";
  if (share < 1 && share > 0.99) return "over 99 %";
  return `${Math.round(100 * share)} %`;
}

const PLAIN_LETTERS = { ø: "o", æ: "ae", å: "a", đ: "d", ð: "d", þ: "th", ß: "ss", ł: "l", ı: "i" };

// Russian letters as BGN/PCGN 1947 writes them in names, without its apostrophes.
const RUSSIAN = Object.fromEntries(
  "а a б b в v г g д d е e ё e ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch ъ - ы y ь - э e ю yu я ya"
    .split(" ")
    .reduce((pairs, part, k, all) => (k % 2 ? pairs : [...pairs, [part, all[k + 1].replace("-", "")]]), []),
);

/** Text in small Latin letters without diacritics and apostrophes, for search. */
export function fold(text) {
  return text
    .toLowerCase()
    .replace(/[øæåđðþßłı]/g, (letter) => PLAIN_LETTERS[letter])
    .replace(/[а-яё]/g, (letter) => RUSSIAN[letter])
    .replace(/['’ʹʼ]/g, "")
    .normalize("NFD")
    .replace(/\p{M}/gu, "");
}

function degrees(value, positive, negative) {
  const size = Math.abs(value);
  return `${Number.isInteger(size) ? size : size.toFixed(2)}°\u00a0${value < 0 ? negative : positive}`;
}

/** A latitude in degrees with N or S. */
export const latitude = (value) => degrees(value, "N", "S");
/** A longitude in degrees with E or W; 0 and 180 have no side. */
export const longitude = (value) =>
  value === 0 ? "0°" : Math.abs(value) === 180 ? "180°" : degrees(value, "E", "W");
/** A position: latitude, then longitude, in degrees. */
export const position = (lat, lng) => `${latitude(lat)}, ${longitude(lng)}`;
