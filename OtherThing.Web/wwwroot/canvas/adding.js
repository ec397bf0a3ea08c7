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
  const id = scene.doc.freeId(typeName), position = split ? placeAt(point) : free(scene, placeAt(point));
  if (!source && !type.isTrigger && type.kind !== 'output') split ??= scene.connectionUnder({ ...position, width: card.width, height: card.height }) ?? null;
  else split = null;
  const leads = source?.from ?? split?.from;
  const parent = leads ? scene.doc.steps.get(leads)?.parent ?? null : scene.containerAt(point);
  const step = { id, type: typeName, name: type.title, position, parent, config: type.example ?? {}, retry: null, timeoutSeconds: null, onError: 'fail', effects: null };
  const edits = [{ op: 'add', step }];
  if (source) edits.push({ op: 'connect', from: source.from, port: source.port, to: id });
  if (split) {
    const { from, port, to } = split;
    edits.push({ op: 'disconnect', from, port, to }, { op: 'connect', from, port, to: id }, { op: 'connect', from: id, port: scene.catalog.ports(step)[0], to });
  }
  scene.selection = new Set([id]);
  scene.selectedConnections.clear();
  canvas.commit(edits);
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
  const ends = split && scene.ends(split);
  if (ends) {
    const middle = { x: (ends[0].x + ends[1].x) / 2, y: (ends[0].y + ends[1].y) / 2 };
    canvas.quickAdd.open(canvas.clientAt(middle), middle, null, split);
    return;
  }
  const ports = rect && scene.layout.ports.get(id);
  const source = port ? { from: port.id, port: port.port } : rect && scene.catalog.kind(scene.doc.steps.get(id)) !== 'output'
    ? { from: id, port: ports.find(port => !scene.doc.connections.some(each => each.from === id && each.port === port)) ?? ports[0] } : null;
  const point = rect ? { x: rect.x + rect.width + 80 + card.width / 2, y: rect.y + card.height / 2 } : center(scene.view.window);
  if (rect) scene.view.reveal({ x: point.x - card.width / 2, y: rect.y, width: card.width, height: card.height });
  canvas.viewChanged();
  canvas.quickAdd.open(canvas.clientAt(point), point, source);
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
  if (!id || canvas.readOnly || scene.catalog.kind(scene.doc.steps.get(id)) === 'output') return;
  const ports = scene.layout.ports.get(id);
  const port = ports.find(each => !scene.doc.connections.some(known => known.from === id && known.port === each)) ?? ports[0];
  canvas.quickAdd.connect(canvas.clientAt(scene.output(id, port)), { from: id, port });
};

/** The next place on the diagonal where no other card lies exactly. */
const free = (scene, position) => {
  const taken = new Set([...scene.doc.steps.values()].map(step => `${step.position.x},${step.position.y}`));
  while (taken.has(`${position.x},${position.y}`)) position = { x: position.x + 32, y: position.y + 32 };
  return position;
};
