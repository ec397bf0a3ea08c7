// Steps on the clipboard are JSON text: they travel between flows, workspaces and people.

import { card, noteRect, union } from './geometry.js';

const mark = 'otherthing/flow-part';

export const copyText = (doc, selection) => {
  const ids = doc.withDescendants([...selection].filter(id => doc.steps.has(id)));
  const notes = [...doc.notes.values()].filter(note => selection.has('note:' + note.id));
  if (!ids.size && !notes.length) return null;
  return JSON.stringify({
    kind: mark,
    steps: [...doc.steps.values()].filter(step => ids.has(step.id)).map(step => ids.has(step.parent) ? step : { ...step, parent: null }),
    connections: doc.connections.filter(connection => ids.has(connection.from) && ids.has(connection.to)),
    notes,
  }, null, 2);
};

/** Edits that put copied steps at a point, with ids that are free and templates that follow them; null when the text is no part of a flow. */
export const pasteEdits = (doc, text, point, parent = null) => {
  const part = read(text);
  if (!part) return null;
  const ids = new Map(), taken = new Set();
  for (const step of part.steps) {
    const id = doc.steps.has(step.id) || taken.has(step.id) ? doc.freeId(step.type, taken) : step.id;
    ids.set(step.id, id);
    taken.add(id);
  }
  let bounds = null;
  for (const step of part.steps) bounds = union(bounds, { ...step.position, width: card.width, height: card.height });
  for (const note of part.notes) bounds = union(bounds, noteRect(note));
  const dx = point ? point.x - bounds.x - bounds.width / 2 : 32, dy = point ? point.y - bounds.y - bounds.height / 2 : 32;
  const shift = position => ({ x: Math.round((position.x + dx) / 16) * 16, y: Math.round((position.y + dy) / 16) * 16 });
  let number = 0;
  const noteId = () => { do { number++; } while (doc.notes.has('note' + number)); return 'note' + number; };
  const notes = part.notes.map(note => ({ op: 'note', note: { ...note, id: noteId(), position: shift(note.position) } }));
  return {
    selection: [...ids.values(), ...notes.map(edit => 'note:' + edit.note.id)],
    edits: [
      ...inOrder(part.steps).map(step => ({
        op: 'add',
        step: { ...step, id: ids.get(step.id), position: shift(step.position), parent: ids.get(step.parent) ?? parent, config: renamed(step.config, ids) },
      })),
      ...part.connections.map(each => ({ op: 'connect', from: ids.get(each.from), port: each.port, to: ids.get(each.to) })),
      ...notes,
    ],
  };
};

const isPlace = position => Number.isFinite(position?.x) && Number.isFinite(position?.y);

const read = text => {
  let part;
  try { part = JSON.parse(text); } catch { return null; }
  if (part === null || typeof part !== 'object' || !Array.isArray(part.steps)) return null;
  if (part.kind !== mark && part.schema !== 1) return null;
  const steps = part.steps.filter(step => typeof step?.id === 'string' && typeof step.type === 'string' && isPlace(step.position))
    .map(step => ({ ...step, config: step.config && typeof step.config === 'object' && !Array.isArray(step.config) ? step.config : {} }));
  const known = new Set(steps.map(step => step.id));
  const connections = (Array.isArray(part.connections) ? part.connections : [])
    .filter(each => known.has(each?.from) && known.has(each.to)).map(each => ({ ...each, port: typeof each.port === 'string' ? each.port : 'out' }));
  const notes = (Array.isArray(part.notes) ? part.notes : []).filter(note => typeof note?.text === 'string' && isPlace(note.position));
  return steps.length || notes.length ? { steps, connections, notes } : null;
};

/** Containers before what is in them. */
const inOrder = steps => {
  const known = new Map(steps.map(step => [step.id, step]));
  const done = new Set(), ordered = [];
  const visit = step => {
    if (done.has(step.id)) return;
    done.add(step.id);
    if (known.has(step.parent)) visit(known.get(step.parent));
    ordered.push(step);
  };
  steps.forEach(visit);
  return ordered;
};

/** Templates in a value that follow steps to their new ids. */
export const renamed = (value, ids) => {
  if (typeof value === 'string') return value.replace(/\bsteps\.([A-Za-z][A-Za-z0-9_]*)/g, (whole, id) => ids.has(id) ? `steps.${ids.get(id)}` : whole);
  if (Array.isArray(value)) return value.map(each => renamed(each, ids));
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, renamed(each, ids)]));
  return value;
};
