// The linear map between metres of the plane and pixels of the view.

/**
 * The map from the plane to pixels from `corner` of the layer pane: x = a X + b Y + e and
 * y = b X - a Y + f; `plane` is the way back.
 */
export function frameOf(map, corner) {
  const crs = map.options.crs,
    scale = crs.scale(map.getZoom()),
    turn = crs.turn;
  const a = scale * Math.cos(turn),
    b = scale * Math.sin(turn),
    origin = map.getPixelOrigin().add(corner);
  const e = -origin.x,
    f = -origin.y,
    squared = scale * scale;
  return {
    a,
    b,
    e,
    f,
    scale,
    plane: (x, y) => [(a * (x - e) + b * (y - f)) / squared, (b * (x - e) - a * (y - f)) / squared],
  };
}

/** The frame whose corner is that of the map's container. */
export const containerFrame = (map) => frameOf(map, map.containerPointToLayerPoint([0, 0]));

/** Pixels of a place of the plane. */
export const pixel = (view, [x, y]) => [view.a * x + view.b * y + view.e, view.b * x - view.a * y + view.f];

/** Whether a pixel lies in a view of this size, at least `pad` pixels from its edge. */
export const isInside = (p, size, pad) => p.x > pad && p.y > pad && p.x < size.x - pad && p.y < size.y - pad;
