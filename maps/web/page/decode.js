// Packed whole numbers: the reader's end of `packed` in maps/web/packing.py.

/** Metres of one step in the packed coordinates of a point. */
export const POINT_GRID = 10;
/** Metres of one step in the packed coordinates of an area or a line. */
export const PATH_GRID = 100;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const DIGIT_OF = new Uint8Array(128);
[...ALPHABET].forEach((character, digit) => {
  DIGIT_OF[character.charCodeAt(0)] = digit;
});

/** Whole numbers of a packed text: five bits a character, the lowest first, the sign in the lowest bit. */
export function unpack(text) {
  const numbers = new Int32Array(text.length);
  let count = 0;
  for (let i = 0, value = 0, shift = 0; i < text.length; i++) {
    const digit = DIGIT_OF[text.charCodeAt(i)];
    value |= (digit & 31) << shift;
    if (digit > 31) shift += 5;
    else {
      numbers[count++] = (value >>> 1) ^ -(value & 1);
      value = shift = 0;
    }
  }
  return numbers.slice(0, count);
}

/** Index at which each group starts, from the sizes of the groups; the last entry is the end of all. */
export function startsOf(sizes) {
  const starts = new Int32Array(sizes.length + 1);
  sizes.forEach((n, i) => {
    starts[i + 1] = starts[i] + n;
  });
  return starts;
}
