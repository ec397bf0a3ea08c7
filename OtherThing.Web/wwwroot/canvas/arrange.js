// Tidies a flow: columns by distance from the start, rows in the order they had, containers as wide as what is in them.

import { card, snap } from './geometry.js';

const gapX = 80, gapY = 40, pad = 32;

/** Edits that move the given steps (all when null) into layers. */
export const arrangeEdits = (doc, layout, ids = null) => {
  const moves = new Map();
  const place = (parent, origin) => {
    const members = [...doc.steps.values()].filter(step => (step.parent ?? null) === parent && (!ids || parent !== null || ids.has(step.id)));
    if (!members.length) return { width: 320 - 2 * pad, height: 176 - card.headerHeight - 2 * pad };
    const own = new Map(members.map(step => [step.id, step]));
    const sizes = new Map();
    for (const step of members) {
      const rect = layout.rect(step.id) ?? card;
      sizes.set(step.id, rect.container ? null : { width: rect.width, height: rect.height });
    }
    const layers = layer(members, doc.connections.filter(each => own.has(each.from) && own.has(each.to)));
    let x = origin.x, bottom = origin.y, right = origin.x;
    for (const column of layers) {
      let y = origin.y, width = 0;
      for (const step of column) {
        let size = sizes.get(step.id);
        if (!size) {
          const inner = place(step.id, { x: x + pad, y: y + pad + card.headerHeight });
          size = { width: inner.width + 2 * pad, height: inner.height + 2 * pad + card.headerHeight };
        }
        moves.set(step.id, { x: snap(x), y: snap(y) });
        y += size.height + gapY;
        width = Math.max(width, size.width);
      }
      bottom = Math.max(bottom, y - gapY);
      right = Math.max(right, x + width);
      x += width + gapX;
    }
    return { width: right - origin.x, height: bottom - origin.y };
  };
  const all = [...doc.steps.values()].filter(step => !step.parent && (!ids || ids.has(step.id)));
  if (!all.length) return [];
  place(null, { x: Math.min(...all.map(step => step.position.x)), y: Math.min(...all.map(step => step.position.y)) });
  return [...moves].filter(([id, to]) => { const { x, y } = doc.steps.get(id).position; return x !== to.x || y !== to.y; })
    .map(([id, to]) => ({ op: 'move', id, ...to }));
};

const layer = (members, connections) => {
  const incoming = new Map(members.map(step => [step.id, []])), outgoing = new Map(members.map(step => [step.id, []]));
  for (const { from, to } of connections) {
    incoming.get(to).push(from);
    outgoing.get(from).push(to);
  }
  const depth = new Map(), waiting = new Map(members.map(step => [step.id, incoming.get(step.id).length]));
  const open = members.filter(step => !waiting.get(step.id)).map(step => step.id);
  open.forEach(id => depth.set(id, 0));
  for (let at = 0; at < open.length; at++) {
    for (const next of outgoing.get(open[at])) {
      depth.set(next, Math.max(depth.get(next) ?? 0, depth.get(open[at]) + 1));
      waiting.set(next, waiting.get(next) - 1);
      if (waiting.get(next) === 0) open.push(next);
    }
  }
  const columns = [];
  for (const step of members) (columns[depth.get(step.id) ?? 0] ??= []).push(step);
  const row = new Map();
  return columns.filter(Boolean).map(column => {
    // A step goes beside the steps that lead to it; those at the start keep the order they had.
    const weight = step => {
      const rows = incoming.get(step.id).map(id => row.get(id)).filter(value => value !== undefined);
      return rows.length ? rows.reduce((sum, value) => sum + value, 0) / rows.length : step.position.y / 1e6;
    };
    const sorted = column.map(step => ({ step, by: weight(step) })).sort((a, b) => a.by - b.by || a.step.position.y - b.step.position.y).map(each => each.step);
    sorted.forEach((step, index) => row.set(step.id, index));
    return sorted;
  });
};
