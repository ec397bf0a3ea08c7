// 24 x 24 shapes, drawn on the canvas.

import look from '../look.js';

const shapes = look.icons;

const paths = new Map();

export const icon = name => {
  if (!paths.has(name)) paths.set(name, new Path2D(shapes[name] ?? shapes.data));
  return paths.get(name);
};

/** The same shape as an SVG element, for what is not drawn on the canvas. */
export const iconElement = name => {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', shapes[name] ?? shapes.data);
  svg.append(path);
  return svg;
};
