// What a mouse does by pointing, the keyboard does by going round: ports, connections, containers.

import { keyOf } from './document.js';
import { card, center, snap } from './geometry.js';

/** Goes round the ports of the selected step: adding and connecting start from the one it stands on. */
export const nextPort = canvas => {
  const { scene } = canvas, id = scene.selectedSteps[0], step = scene.doc.steps.get(id);
  if (!step || scene.catalog.kind(step) === 'output') return;
  const ports = scene.layout.ports.get(id), at = scene.portFocus?.id === id ? ports.indexOf(scene.portFocus.port) + 1 : 0;
  scene.portFocus = ports[at] ? { id, port: ports[at] } : null;
  canvas.announce(scene.portFocus ? `Port ${ports[at]}. Slash adds a step behind it, C connects it.` : 'Off the ports.');
  canvas.invalidate();
};

/** Goes round the connections of the selected step. */
export const nextConnection = canvas => {
  const { scene } = canvas;
  const current = scene.doc.connections.find(each => scene.isConnectionSelected(each));
  const id = scene.selectedSteps[0] ?? current?.from;
  const all = scene.doc.connections.filter(
    each => each.from === id || each.to === id || (current && !scene.selectedSteps.length && each.from === current.from));
  if (!all.length) return;
  const next = all[(all.indexOf(current) + 1) % all.length], name = step => scene.doc.steps.get(step)?.name || step;
  scene.selectedConnections = new Set([keyOf(next)]);
  const port = next.port === 'out' ? '' : ` by ${next.port}`;
  canvas.announce(
    `Connection from ${name(next.from)}${port} to ${name(next.to)}. Delete removes it, C leads it elsewhere, slash puts a step into it.`);
  canvas.invalidate();
};

/** Offers the containers the selected steps can go into. */
export const nestSelected = canvas => {
  const { scene } = canvas, ids = scene.selectedSteps;
  if (!ids.length || canvas.readOnly) return;
  const own = scene.doc.withDescendants(ids);
  const roots = scene.doc.roots(ids);
  const containers = [...scene.layout.containers, ...scene.folded].filter(id => !own.has(id) && scene.doc.steps.has(id));
  canvas.quickAdd.nest(canvas.clientAt(center(scene.layout.rect(ids[0]))), containers,
    target => {
      const rect = target && scene.layout.rect(target), leaves = id => roots.includes(id);
      const parent = id => leaves(id) ? target : scene.doc.steps.get(id)?.parent ?? null;
      canvas.commit([
        ...scene.doc.connections.filter(each => (leaves(each.from) || leaves(each.to)) && parent(each.from) !== parent(each.to))
          .map(each => ({ op: 'disconnect', ...each })),
        ...roots.flatMap((id, at) => [
          { op: 'nest', id, parent: target },
          ...(rect ? [{ op: 'move', id, x: snap(rect.x + 32 + at * 32), y: snap(rect.y + card.headerHeight + 32 + at * 32) }] : []),
        ]),
      ]);
    });
};

/** The ids of what is in sight in the order it reads, as the server's outline has it: nothing before what leads to it, beyond that by place. */
export const readingOrder = scene => {
  const { doc, layout } = scene, column = 120, inside = new Map();
  for (const step of doc.steps.values()) {
    const parent = step.parent ?? null;
    if (layout.rect(step.id)) (inside.get(parent) ?? inside.set(parent, []).get(parent)).push(step);
  }
  const ordered = [];
  const add = (parent, depth) => {
    for (const id of inOrder(inside.get(parent) ?? [])) {
      ordered.push(id);
      if (depth < 50) add(id, depth + 1);
    }
  };
  const inOrder = steps => {
    const { round } = Math;
    const sorted = [...steps].sort((a, b) => round(a.position.x / column) - round(b.position.x / column) || a.position.y - b.position.y);
    const place = new Map(sorted.map((step, at) => [step.id, at])), latest = new Map(place), waiting = new Map(), next = new Map();
    for (const { from, to } of steps.length > 1 ? doc.connections : []) {
      if (from === to || !place.has(from) || !place.has(to)) continue;
      (next.get(from) ?? next.set(from, []).get(from)).push(to);
      waiting.set(to, (waiting.get(to) ?? 0) + 1);
    }
    const open = [...place.keys()].filter(id => !waiting.has(id)), turn = new Map();
    for (let at = 0; at < open.length; at++) {
      turn.set(open[at], at);
      for (const to of (next.get(open[at]) ?? []).sort((a, b) => place.get(a) - place.get(b))) {
        latest.set(to, Math.max(latest.get(to), latest.get(open[at])));
        waiting.set(to, waiting.get(to) - 1);
        if (waiting.get(to) === 0) open.push(to);
      }
    }
    const key = id => turn.has(id) ? latest.get(id) : place.get(id);
    return [...place.keys()].sort((a, b) => key(a) - key(b) || (turn.get(a) ?? Infinity) - (turn.get(b) ?? Infinity) || 0);
  };
  add(null, 0);
  return ordered;
};
