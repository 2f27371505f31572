// A position typed into the search box.

const NUMBER = String.raw`([+-]?\d{1,3}(?:[.,]\d+)?)`;
// Degrees, perhaps minutes, perhaps seconds.
const ANGLE = String.raw`${NUMBER}\s*°?\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*["″”]\s*)?`;
const PAIR = new RegExp(`^${ANGLE}([NS])?\\s*[,;\\s]\\s*${ANGLE}([EW])?$`, "i");

function angleOf(whole, minutes, seconds, side) {
  const size = Number(whole.replace(",", "."));
  const value = Math.abs(size) + Number(minutes || 0) / 60 + Number(seconds || 0) / 3600;
  return (/[SW]/i.test(side || "") ? -1 : 1) * (size < 0 || Object.is(size, -0) ? -value : value);
}

/**
 * The position of a text such as "69.65, 18.96", "69°39'N 18°57'E" or "-8.5 70 W" in degrees, latitude
 * first; null for a text that is no position on the Earth.
 */
export function readPosition(text) {
  const match = text.trim().match(PAIR);
  if (!match) return null;
  const [, d1, m1, s1, ns, d2, m2, s2, ew] = match;
  const lat = angleOf(d1, m1, s1, ns),
    lng = angleOf(d2, m2, s2, ew);
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? { lat, lng } : null;
}
