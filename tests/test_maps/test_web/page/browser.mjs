// What the modules of the page find in a browser, as far as tests in Node.js need it.
/** An element that has children and text, and ignores the rest. */
class Element {
  constructor(tag) {
    Object.assign(this, { tag, children: [], attributes: {}, dataset: {} });
  }
  setAttribute(name, value) {
    this.attributes[name] = value;
  }
  append(...children) {
    this.children.push(...children);
  }
  addEventListener() {}
  get textContent() {
    return this.children
      .map((child) => (typeof child === "object" ? child.textContent : String(child)))
      .join("");
  }
}

/** All elements of a class in some elements, in their order. */
export const withClass = (elements, name) =>
  elements.flatMap((element) =>
    element instanceof Element
      ? [
          ...((element.attributes.class || "").split(" ").includes(name) ? [element] : []),
          ...withClass(element.children, name),
        ]
      : [],
  );

/** The value beside each term of the facts in some elements. */
export function factsOf(elements) {
  const facts = {};
  let term = null;
  const read = (element) => {
    if (!(element instanceof Element)) return;
    if (element.tag === "dt") term = element.textContent;
    else if (element.tag === "dd") facts[term] = element.textContent;
    element.children.forEach(read);
  };
  elements.forEach(read);
  return facts;
}

class LatLng {
  constructor(lat, lng) {
    Object.assign(this, { lat, lng });
  }
}

Object.assign(globalThis, {
  window: {},
  document: {
    readyState: "complete",
    createElement: (tag) => new Element(tag),
    createElementNS: (_, tag) => new Element(tag),
    getElementById: (id) => (id === "evidence-data" ? { textContent: "null" } : null),
  },
  matchMedia: () => ({ matches: false, addEventListener() {} }),
  L: {
    extend: Object.assign,
    CRS: { Earth: {} },
    Transformation: class {},
    Point: class {
      constructor(x, y) {
        Object.assign(this, { x, y });
      }
    },
    LatLng,
    Renderer: { extend: () => class {} },
    Layer: { extend: () => class {} },
  },
});
