// Light and dark colours, and what the reader's screen asks for.
import { state } from "./state.js";

const queries = new Map();
function media(query) {
  if (!queries.has(query)) queries.set(query, matchMedia(query));
  return queries.get(query);
}

/** The query for dark colours of the reader's system. */
export const systemScheme = () => media("(prefers-color-scheme: dark)");
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
