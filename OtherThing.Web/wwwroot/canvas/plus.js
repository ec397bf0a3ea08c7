// The plus signs behind ports and on lines: where they are, how they look, what a press on one does.

import { addBehind, addInto } from './adding.js';
import { dot } from './drawing/strokes.js';

const radius = 9, least = 0.4, shortest = 72;

/** Where a press puts a step in: behind the port one points at, behind the free ports of the selected step, into the line one points at or has selected. */
export const plusesOf = scene => {
  const { view, doc, layout } = scene;
  if (scene.readOnly || scene.moving || scene.connecting || scene.marquee || view.zoom < least) return [];
  const found = [], size = sizeAt(view);
  const behind = (id, port) => {
    const at = scene.output(id, port);
    if (at && !found.some(each => each.id === id && each.port === port)) found.push({ id, port, at: { x: at.x + 6 + 1.5 * size, y: at.y } });
  };
  if (scene.portAt?.port) behind(scene.portAt.id, scene.portAt.port);
  const [id, another] = scene.selection.size === 1 ? scene.selectedSteps : [];
  if (id && !another && layout.rect(id) && scene.catalog.kind(doc.steps.get(id)) !== 'output') {
    const used = new Set(doc.connections.filter(each => each.from === id).map(each => each.port));
    for (const port of layout.ports.get(id) ?? []) if (!used.has(port)) behind(id, port);
  }
  const chosen = scene.selectedConnections.size === 1 ? doc.connections.find(each => scene.isConnectionSelected(each)) : null;
  for (const connection of new Set([scene.hoverConnection, chosen])) {
    const ends = connection && scene.ends(connection);
    if (ends && Math.hypot(ends[1].x - ends[0].x, ends[1].y - ends[0].y) > shortest) found.push({ connection, at: scene.middleOf(connection, ends) });
  }
  return found;
};

/** The sign under a point; of several within reach the nearest. */
export const plusAt = (scene, point, touch) => {
  let best = null, nearest = touch ? Math.max(22 / scene.view.zoom, sizeAt(scene.view)) : Math.max(12 / scene.view.zoom, sizeAt(scene.view));
  for (const plus of plusesOf(scene)) {
    const distance = Math.hypot(point.x - plus.at.x, point.y - plus.at.y);
    if (distance < nearest) { nearest = distance; best = plus; }
  }
  return best;
};

export const paintPluses = (context, scene) => {
  const { theme, view } = scene, size = sizeAt(view);
  for (const plus of plusesOf(scene)) {
    const { x, y } = plus.at, lit = scene.plusAt && samePlus(scene.plusAt, plus);
    context.lineWidth = 1.5;
    dot(context, plus.at, size, lit ? theme.accent : theme.surface, theme.accent);
    context.strokeStyle = lit ? theme.canvas : theme.accent;
    context.lineWidth = size / 5;
    context.beginPath();
    context.moveTo(x - size / 2, y);
    context.lineTo(x + size / 2, y);
    context.moveTo(x, y - size / 2);
    context.lineTo(x, y + size / 2);
    context.stroke();
  }
};

/** Offers the steps to add there. */
export const press = (canvas, plus) => {
  if (plus.connection) addInto(canvas, plus.connection);
  else addBehind(canvas, plus.id, plus.port);
};

export const samePlus = (a, b) => a.id === b.id && a.port === b.port && a.connection === b.connection;

/** From further away the sign grows on the paper, so that it can still be hit on the screen. */
const sizeAt = view => radius / Math.min(1, view.zoom);
