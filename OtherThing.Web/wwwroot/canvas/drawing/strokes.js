// The few shapes that everything on the canvas is drawn with.

import { icon } from './icons.js';
import look from '../look.js';

export const statusColour = (theme, status) => theme[look.states[status]?.tone] ?? theme.muted;

export const box = (context, rect, radius) => {
  context.beginPath();
  context.roundRect(rect.x, rect.y, rect.width, rect.height, radius);
};

export const dot = (context, at, radius, fill, stroke) => {
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = stroke;
  context.stroke();
};

export const paintIcon = (context, name, x, y, size, colour = null) => {
  const scale = size / 24;
  context.save();
  context.translate(x, y);
  context.scale(scale, scale);
  if (colour) context.fillStyle = colour;
  context.fill(icon(name));
  context.restore();
};
