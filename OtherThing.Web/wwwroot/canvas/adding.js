// What adds to a flow or connects in it, from wherever one is.

import { card, center } from './geometry.js';
import { placeAt } from './gestures.js';

/**
 * Adds a step with its middle at a point.
 * @param source the port it is connected from
 * @param split  the connection it is put into; by default the one it lands on
 */
export const addStep = (canvas, typeName, point, source = null, split = null) => {
  const { scene } = canvas, type = scene.catalog.type(typeName);
  if (!type || canvas.readOnly) return;
  const id = scene.doc.freeId(typeName), { position, moves } = split ? between(scene, split, point) : { position: free(scene, placeAt(point)), moves: [] };
  if (!source && !type.isTrigger && type.kind !== 'output') split ??= scene.connectionUnder({ ...position, width: card.width, height: card.height }) ?? null;
  else split = null;
  const leads = source?.from ?? split?.from;
  const parent = leads ? scene.doc.steps.get(leads)?.parent ?? null : scene.containerAt(point);
  const step = {
    id, type: typeName, name: type.title, position, parent, config: scene.catalog.fresh(typeName), retry: null, timeoutSeconds: null, onError: 'fail',
    effects: null,
  };
  const edits = [{ op: 'add', step }];
  if (source) edits.push({ op: 'connect', from: source.from, port: source.port, to: id });
  if (split) {
    const { from, port, to } = split;
    edits.push(
      { op: 'disconnect', from, port, to }, { op: 'connect', from, port, to: id }, { op: 'connect', from: id, port: scene.catalog.ports(step)[0], to });
  }
  edits.push(...moves);
  scene.selection = new Set([id]);
  scene.selectedConnections.clear();
  canvas.commit(edits);
  if (source || moves.length) reveal(canvas, id);
};

/** Adds a step as the list beside the canvas does on a press: to the right of the selected step and connected from it, else in the middle of what is seen. */
export const addNext = (canvas, typeName) => {
  const { scene } = canvas, [id, another] = scene.selectedSteps, rect = id && !another && scene.layout.rect(id);
  if (!rect) return canvas.addStep(typeName, center(scene.view.window));
  canvas.addStep(typeName, beside(rect), scene.catalog.type(typeName)?.isTrigger ? null : freePort(scene, id));
  reveal(canvas, scene.selectedSteps[0]);
};

export const addNote = canvas => {
  if (canvas.readOnly) return;
  const { scene } = canvas, id = scene.doc.freeNoteId(), at = placeAt(center(scene.view.window));
  scene.selection = new Set(['note:' + id]);
  canvas.commit([{ op: 'note', note: { id, text: 'Note', position: at, width: 240, height: 128 } }]);
};

/** Offers the steps to add: into the selected connection, else behind the port one is at, else beside the selected step. */
export const addBeside = canvas => {
  const { scene } = canvas;
  const port = scene.portFocus ?? (scene.portAt?.port ? scene.portAt : null);
  const id = port?.id ?? scene.selectedSteps[0], rect = id && scene.layout.rect(id);
  const split = !port && scene.selectedConnections.size === 1 && scene.doc.connections.find(each => scene.isConnectionSelected(each));
  if (split && scene.ends(split)) return addInto(canvas, split);
  if (port) return addBehind(canvas, port.id, port.port);
  const source = rect ? freePort(scene, id) : null;
  if (source) return addBehind(canvas, source.from, source.port);
  const point = rect ? beside(rect) : center(scene.view.window);
  canvas.quickAdd.open(canvas.clientAt(point), point);
};

/** Offers the steps to put behind a port. */
export const addBehind = (canvas, id, port) => {
  const { scene } = canvas, rect = scene.layout.rect(id);
  if (!rect || canvas.readOnly) return;
  const point = beside(rect);
  scene.view.reveal({ x: point.x - card.width / 2, y: rect.y, width: card.width, height: card.height });
  canvas.viewChanged();
  canvas.quickAdd.open(canvas.clientAt(point), point, { from: id, port });
};

/** Offers the steps to put into a connection. */
export const addInto = (canvas, connection) => {
  const { scene } = canvas, ends = scene.ends(connection);
  if (!ends || canvas.readOnly) return;
  const middle = scene.middleOf(connection, ends);
  canvas.quickAdd.open(canvas.clientAt(middle), middle, null, connection);
};

/** Offers the steps that the selected connection, port or step can lead to. */
export const connectSelected = canvas => {
  const { scene } = canvas;
  const known = scene.selectedConnections.size === 1 && scene.doc.connections.find(each => scene.isConnectionSelected(each));
  if (known && !canvas.readOnly) {
    canvas.quickAdd.connect(canvas.clientAt(scene.input(known.to)), known, known);
    return;
  }
  if (scene.portFocus && !canvas.readOnly) {
    const { id, port } = scene.portFocus;
    canvas.quickAdd.connect(canvas.clientAt(scene.output(id, port)), { from: id, port });
    return;
  }
  const id = scene.selectedSteps[0];
  const source = id && !canvas.readOnly ? freePort(scene, id) : null;
  if (source) canvas.quickAdd.connect(canvas.clientAt(scene.output(id, source.port)), source);
};

/** The middle of a card to the right of another. */
const beside = rect => ({ x: rect.x + rect.width + 80 + card.width / 2, y: rect.y + card.height / 2 });

/** The port of a step that leads nowhere yet, else its first; null for a step that ends a flow. */
const freePort = (scene, id) => {
  const ports = scene.layout.ports.get(id) ?? [];
  const port = ports.find(each => !scene.doc.connections.some(known => known.from === id && known.port === each)) ?? ports[0];
  return port && scene.catalog.kind(scene.doc.steps.get(id)) !== 'output' ? { from: id, port } : null;
};

const reveal = (canvas, id) => {
  const rect = canvas.scene.layout.rect(id);
  if (rect) canvas.scene.view.reveal(rect);
  canvas.viewChanged();
};

/** Where a card goes between two others, and what is moved to the right to make room: the second one and whatever lies as far right beside it. */
const between = (scene, { from, to }, point) => {
  const { doc, layout } = scene, gap = 5 * card.grid;
  const before = layout.rect(from), after = layout.rect(to), end = before && before.x + before.width;
  if (!before || !after || after.x < end) return { position: free(scene, placeAt(point)), moves: [] };
  const by = Math.ceil(Math.max(0, end + card.width + 2 * gap - after.x) / card.grid) * card.grid, parent = doc.steps.get(to).parent ?? null;
  const behind = step => (step.parent ?? null) === parent && layout.rect(step.id)?.x >= after.x;
  const moved = by ? doc.withDescendants([...doc.steps.values()].filter(behind).map(step => step.id)) : new Set();
  const moves = [...moved].map(id => {
    const { x, y } = doc.steps.get(id).position;
    return { op: 'move', id, x: x + by, y };
  });
  return { position: free(scene, placeAt({ x: (end + after.x + by) / 2, y: point.y }), moved), moves };
};

/** The first place from here downwards where the card covers no other and none covers it; some may be about to leave. */
const free = (scene, position, leaving = new Set()) => {
  const cards = [...scene.layout.rects].filter(([id, rect]) => !rect.container && !leaving.has(id)).map(([, rect]) => rect);
  const covering = () => cards.find(rect =>
    position.x < rect.x + rect.width && rect.x < position.x + card.width && position.y < rect.y + rect.height && rect.y < position.y + card.height);
  for (let other = covering(); other; other = covering()) {
    position = { x: position.x, y: Math.ceil((other.y + other.height + card.grid) / card.grid) * card.grid };
  }
  return position;
};
