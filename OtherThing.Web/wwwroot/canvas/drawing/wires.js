// Connections: those that are nothing special in one stroke, the rest each in its colour.

import { card, meets, strokes, turnsBack } from '../geometry.js';
import { dot } from './strokes.js';

const detour = 400;

const grown = ({ x, y, width, height }, by) => ({ x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by });

export const paintConnections = (context, scene, seen, detail, now) => {
  const { theme, layout, doc, statuses } = scene;
  scene.flowing = false;
  scene.routes.begin(scene);
  const plain = new Path2D();
  const special = [];
  for (const connection of doc.connections) {
    const ends = scene.ends(connection);
    if (!ends) continue;
    const [from, to] = ends;
    const reach = Math.abs(to.x - from.x) + 80;
    const bounds = {
      x: Math.min(from.x, to.x) - reach / 2, y: Math.min(from.y, to.y),
      width: Math.abs(to.x - from.x) + reach, height: Math.abs(to.y - from.y) + (turnsBack(from, to) ? card.height : 1),
    };
    // A way round what is in between may leave the room that the connection would take.
    if (!meets(grown(bounds, detour), seen)) continue;
    const led = detail === 0 ? null : scene.routes.of(scene, connection, from, to);
    if (!led && !meets(bounds, seen)) continue;
    const selected = scene.isConnectionSelected(connection), hovered = scene.hoverConnection === connection;
    const source = statuses[connection.from], target = statuses[connection.to];
    const taken = source?.status === 'succeeded' && target && target.status !== 'skipped' && (!source.port || source.port === connection.port);
    const flowing = taken && (target.status === 'running' || target.status === 'queued');
    if (selected || hovered || taken || connection.port === 'error') special.push([connection, from, to, led, selected || hovered, taken, flowing]);
    else trace(plain, from, to, detail, scene.squared, led);
  }
  context.lineWidth = Math.max(1.5, 1 / scene.view.zoom);
  context.strokeStyle = theme.muted;
  context.stroke(plain);
  for (const [connection, from, to, led, strong, taken, flowing] of special) {
    const path = new Path2D();
    trace(path, from, to, detail, scene.squared, led);
    context.strokeStyle = strong ? theme.accent : taken ? theme.success : theme.danger;
    context.lineWidth = strong ? 2.5 : Math.max(1.5, 1 / scene.view.zoom);
    if (flowing) {
      scene.flowing = true;
      context.setLineDash([8, 6]);
      context.lineDashOffset = scene.reducedMotion ? 0 : -(now / 30) % 14;
    }
    context.stroke(path);
    context.setLineDash([]);
    if (!strong || detail === 0 || !scene.isConnectionSelected(connection)) continue;
    // What can be taken hold of to lead it elsewhere.
    dot(context, from, card.portRadius + 1, theme.accent, theme.accent);
    dot(context, to, card.portRadius + 1, theme.accent, theme.accent);
  }
};

/** A connection as a path; from far away a straight line. */
export const trace = (path, from, to, detail, squared, led = null) => {
  if (detail === 0) {
    path.moveTo(from.x, from.y);
    path.lineTo(to.x, to.y);
    return;
  }
  for (const [stroke, ...places] of strokes(from, to, squared, led)) {
    if (stroke === 'C') path.bezierCurveTo(...places);
    else if (stroke === 'L') path.lineTo(...places);
    else if (stroke === 'Q') path.quadraticCurveTo(...places);
    else path.moveTo(...places);
  }
};
