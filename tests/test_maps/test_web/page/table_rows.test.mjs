// Rows are sorted by value, missing ones last; CSV quotes what it must and runs nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { csvText, sortedRows } from "../../../../maps/web/page/table_rows.js";

test("numbers rise or fall, missing values come last both ways", () => {
  const values = [
    [0, 2],
    [1, null],
    [2, 10],
    [3, 2],
  ];
  assert.deepEqual(sortedRows(values, true), [0, 3, 2, 1]);
  assert.deepEqual(sortedRows(values, false), [2, 0, 3, 1]);
});

test("names are sorted by the alphabet, not by their codes", () => {
  assert.deepEqual(
    sortedRows(
      [
        [0, "Zeta"],
        [1, "åland"],
        [2, "Beta"],
      ],
      true,
    ),
    [1, 2, 0],
  );
});

test("a cell with a comma, a quote or a line break is quoted", () => {
  assert.equal(
    csvText([
      ["a", 'b "c"', "d,e"],
      [null, 1.5, "f\ng"],
    ]),
    'a,"b ""c""","d,e"\r\n,1.5,"f\ng"',
  );
});

test("a cell that a spreadsheet would run is text; a negative number stays a number", () => {
  assert.equal(csvText([["=1+1", "@sum", "-x", "+1", -2]]), "'=1+1,'@sum,'-x,'+1,-2");
});
