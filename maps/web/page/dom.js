// Elements of the page. All text reaches the screen as text nodes.
import { number } from "./text.js";

/** The element of an id. */
export const byId = (id) => document.getElementById(id);
/** Run `act` when the page is read to its end. */
export const afterParsing = (act) =>
  document.readyState === "loading" ? addEventListener("DOMContentLoaded", act, { once: true }) : act();
/** Run `act` as the next task; where the browser knows priorities, before it goes on to read the page. */
export function soon(act) {
  if (window.scheduler?.postTask) scheduler.postTask(act, { priority: "user-blocking" });
  else {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => act();
    port2.postMessage(null);
  }
}
/** Run `act` when the next frame is drawn: a task that is asked for before a frame runs after it. */
export const afterFrame = (act) => requestAnimationFrame(() => soon(act));
let toDoLater = [];
/** Run `act` after the first frame, or at once if that is drawn: what the first frame does not show. */
export const afterFirstFrame = (act) => (toDoLater ? toDoLater.push(act) : act());
/** Run what waits for the first frame. */
export function endFirstFrame() {
  const acts = toDoLater || [];
  toDoLater = null;
  for (const act of acts) act();
}
/** Content of a JSON block of the page. */
export const block = (id) => JSON.parse(byId(id).textContent);

/** A new element; a tag that starts with "svg:" is one of SVG. */
export function el(tag, attributes, ...children) {
  const element = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** A value as text, a link for an address. A missing value is the word "unknown", never a blank or 0. */
export function valueNode(value, unit) {
  if (value === null || value === undefined) return el("span", { class: "unknown" }, "unknown");
  const text =
    typeof value === "number" ? number(value) : typeof value === "boolean" ? (value ? "yes" : "no") : value;
  if (/^https?:\/\/\S+$/.test(text))
    return el("a", { href: text, rel: "noopener noreferrer", target: "_blank" }, text);
  return unit && unit !== "1" ? `${text} ${unit}` : text;
}

/** A small paragraph. */
export const small = (...content) => el("p", { class: "small" }, content);
/** The bold first words of a small paragraph. */
export const lead = (text) => el("span", { class: "lead" }, text);
