// Light and dark colours, and what the reader's screen asks for.
import { state } from "./state.js";

// To ask a query of the browser makes it lay out the page: the answer is kept until it changes.
const queries = new Map();
function media(text) {
  if (!queries.has(text)) {
    const query = matchMedia(text),
      kept = { query, matches: query.matches };
    query.addEventListener("change", () => (kept.matches = query.matches));
    queries.set(text, kept);
  }
  return queries.get(text);
}

const systemScheme = () => media("(prefers-color-scheme: dark)");
/** Call `act` when the colours of the reader's system change. */
export const onSchemeChange = (act) => systemScheme().query.addEventListener("change", act);
/** Whether the page is drawn in dark colours; paper is light. */
export const isDark = () =>
  !state.isPrinting && (state.theme === "system" ? systemScheme().matches : state.theme === "dark");
/** Whether the reader wants no motion. */
export const isCalm = () => media("(prefers-reduced-motion: reduce)").matches;
/** Whether the screen is narrow: the panel is a drawer, the details a sheet. */
export const isNarrow = () => media("(max-width: 800px)").matches;
const PAPER_RATIO = 3; // canvas pixels per CSS pixel on paper: about 290 per inch

/** Canvas pixels per CSS pixel: those of the screen, or of paper. */
export const pixelRatio = () => (state.isPrinting ? PAPER_RATIO : window.devicePixelRatio || 1);
/** The colour of a pair for the scheme of now. */
export const ink = (pair) => (isDark() ? pair.dark : pair.light);
