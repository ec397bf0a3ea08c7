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
  const all = scene.doc.connections.filter(each => each.from === id || each.to === id || (current && !scene.selectedSteps.length && each.from === current.from));
  if (!all.length) return;
  const next = all[(all.indexOf(current) + 1) % all.length], name = step => scene.doc.steps.get(step)?.name || step;
  scene.selectedConnections = new Set([keyOf(next)]);
  canvas.announce(`Connection from ${name(next.from)}${next.port === 'out' ? '' : ` by ${next.port}`} to ${name(next.to)}. Delete removes it, C leads it elsewhere, slash puts a step into it.`);
  canvas.invalidate();
};

/** Offers the containers the selected steps can go into. */
export const nestSelected = canvas => {
  const { scene } = canvas, ids = scene.selectedSteps;
  if (!ids.length || canvas.readOnly) return;
  const own = scene.doc.withDescendants(ids);
  const roots = ids.filter(id => !own.has(scene.doc.steps.get(id)?.parent));
  canvas.quickAdd.nest(canvas.clientAt(center(scene.layout.rect(ids[0]))), [...scene.layout.containers, ...scene.folded].filter(id => !own.has(id) && scene.doc.steps.has(id)),
    target => {
      const rect = target && scene.layout.rect(target), leaves = id => roots.includes(id);
      const parent = id => leaves(id) ? target : scene.doc.steps.get(id)?.parent ?? null;
      canvas.commit([
        ...scene.doc.connections.filter(each => (leaves(each.from) || leaves(each.to)) && parent(each.from) !== parent(each.to)).map(each => ({ op: 'disconnect', ...each })),
        ...roots.flatMap((id, at) => [
          { op: 'nest', id, parent: target },
          ...(rect ? [{ op: 'move', id, x: snap(rect.x + 32 + at * 32), y: snap(rect.y + card.headerHeight + 32 + at * 32) }] : []),
        ]),
      ]);
    });
};
