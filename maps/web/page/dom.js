// Elements of the page. All text reaches the screen as text nodes.
import { number } from "./text.js";

/** The element of an id. */
export const byId = (id) => document.getElementById(id);
/** Run `act` when the page is read to its end. */
export const afterParsing = (act) =>
  document.readyState === "loading" ? addEventListener("DOMContentLoaded", act, { once: true }) : act();
/** Run `act` when the next frame is drawn: a message that is sent before a frame arrives after it. */
export const afterFrame = (act) =>
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = act;
    port2.postMessage(null);
  });
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
