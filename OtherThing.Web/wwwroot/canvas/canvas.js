// The flow canvas: puts document, scene, gestures and drawing together. One per editor.

import { arrangeEdits } from './arrange.js';
import { Catalog } from './catalog.js';
import { copyText, pasteEdits } from './clipboard.js';
import { FlowDoc } from './document.js';
import { placeAt } from './gestures.js';
import { card, center } from './geometry.js';
import { Keyboard } from './keyboard.js';
import { Minimap } from './minimap.js';
import { Painter } from './paint.js';
import { People } from './people.js';
import { Pointer } from './pointer.js';
import { QuickAdd } from './quickadd.js';
import { Scene } from './scene.js';
import { Sync } from './sync.js';
import { readTheme, watchTheme } from './theme.js';

export class Canvas {
  #server;
  #abort = new AbortController();
  #painter = new Painter();
  #frame = 0;
  #told = '';
  #context;
  #parts;

  constructor(parts, server, options) {
    this.#parts = parts;
    this.#server = server;
    this.host = parts.host;
    this.host.flowCanvas = this;
    this.surface = parts.surface;
    this.readOnly = options.readOnly;
    this.scene = new Scene(new Catalog(options.catalog), new FlowDoc());
    this.scene.theme = readTheme(this.host);
    this.sync = new Sync(server, `otherthing.flow.${options.flowId}`, doc => this.#changed(doc), message => this.say(message));
    this.people = this.scene.people = new People(server, () => this.invalidate());
    this.quickAdd = new QuickAdd(this);
    this.#context = this.surface.getContext('2d', { alpha: false });
    this.minimap = new Minimap(parts.minimap, point => this.#centreOn(point));
    const { signal } = this.#abort;
    this.pointer = new Pointer(this, signal);
    this.keyboard = new Keyboard(this, signal);
    const resized = new ResizeObserver(() => this.#resize());
    resized.observe(this.host);
    const unwatch = watchTheme(() => this.#themed());
    signal.addEventListener('abort', () => { resized.disconnect(); unwatch(); });
    parts.root.addEventListener('click', event => this.#command(event), { signal });
    parts.root.addEventListener('pointerdown', event => this.#dragNew(event), { signal });
    this.host.addEventListener('focus', () => this.invalidate(), { signal });
    // While the line was down messages were lost in both directions.
    document.getElementById('components-reconnect-modal')?.addEventListener(
      'components-reconnect-state-changed', event => { if (event.detail.state === 'hide') this.sync.resync(); }, { signal });
    this.#resize();
  }

  dispose() {
    this.#abort.abort();
    this.sync.close();
    this.people.close();
    cancelAnimationFrame(this.#frame);
    this.quickAdd.close();
  }

  // What the server says.

  load(definition, sequence, session, stored) {
    const first = this.host.dataset.ready !== 'true';
    this.sync.load(definition, sequence, session, stored);
    if (first) this.#open();
    this.host.dataset.ready = 'true';
  }

  setStatuses(statuses) {
    this.scene.statuses = statuses ?? {};
    this.invalidate();
  }

  setProblems(problems) {
    this.scene.problems = problems ?? {};
    this.invalidate();
  }

  selectOnly(ids, reveal) {
    this.scene.selection = new Set(ids);
    this.scene.selectedConnections.clear();
    this.#told = [...ids].join();
    const rect = reveal && ids.length && this.scene.layout.rect(ids[0]);
    if (rect) this.scene.view.reveal(rect);
    this.viewChanged();
  }

  // Acts.

  /** Applies edits here and sends them as one message. */
  commit(edits, keepSelection = false) {
    if (this.readOnly) return;
    if (!edits.length) {
      if (keepSelection) this.selectionChanged();
      this.invalidate();
      return;
    }
    const selection = [...this.scene.selection].slice(0, 500);
    this.#told = selection.join();
    this.sync.push(edits, selection);
    this.announce(describe(edits));
  }

  addStep(typeName, point, source = null) {
    const { scene } = this, type = scene.catalog.type(typeName);
    if (!type || this.readOnly) return;
    const id = scene.doc.freeId(typeName), position = this.#free(placeAt(point));
    const parent = source ? scene.doc.steps.get(source.from)?.parent ?? null : scene.containerAt(point);
    const step = { id, type: typeName, name: type.title, position, parent, config: type.example ?? {}, retry: null, timeoutSeconds: null, onError: 'fail', effects: null };
    const edits = [{ op: 'add', step }];
    if (source) edits.push({ op: 'connect', from: source.from, port: source.port, to: id });
    scene.selection = new Set([id]);
    scene.selectedConnections.clear();
    this.commit(edits);
  }

  addNote() {
    if (this.readOnly) return;
    const { scene } = this, id = scene.doc.freeNoteId(), at = placeAt(center(scene.view.window));
    scene.selection = new Set(['note:' + id]);
    this.commit([{ op: 'note', note: { id, text: 'Note', position: at, width: 240, height: 128 } }]);
  }

  addBeside() {
    const { scene } = this, id = scene.selectedSteps[0], rect = id && scene.layout.rect(id);
    const ports = rect && scene.layout.ports.get(id);
    const source = rect && scene.catalog.kind(scene.doc.steps.get(id)) !== 'output'
      ? { from: id, port: ports.find(port => !scene.doc.connections.some(each => each.from === id && each.port === port)) ?? ports[0] } : null;
    const point = rect ? { x: rect.x + rect.width + 80 + card.width / 2, y: rect.y + card.height / 2 } : center(scene.view.window);
    if (rect) scene.view.reveal({ x: point.x - card.width / 2, y: rect.y, width: card.width, height: card.height });
    this.viewChanged();
    this.quickAdd.open(this.#client(point), point, source);
  }

  connectSelected() {
    const { scene } = this, id = scene.selectedSteps[0];
    if (!id || this.readOnly || scene.catalog.kind(scene.doc.steps.get(id)) === 'output') return;
    const ports = scene.layout.ports.get(id);
    const port = ports.find(each => !scene.doc.connections.some(known => known.from === id && known.port === each)) ?? ports[0];
    this.quickAdd.connect(this.#client(scene.output(id, port)), { from: id, port });
  }

  moveSelection(dx, dy) {
    const { scene } = this, edits = [];
    for (const id of scene.moving ?? []) {
      const note = id.startsWith('note:') && scene.doc.notes.get(id.slice(5)), step = scene.doc.steps.get(id);
      if (note) edits.push({ op: 'note', note: { ...note, position: { x: note.position.x + dx, y: note.position.y + dy } } });
      else if (step) edits.push({ op: 'move', id, x: step.position.x + dx, y: step.position.y + dy });
    }
    Object.assign(scene, { moving: null, offset: { dx: 0, dy: 0 } });
    this.commit(dx || dy ? edits : []);
  }

  deleteSelection() {
    const { scene } = this;
    const steps = scene.selectedSteps.filter(id => !scene.selection.has(scene.doc.steps.get(id)?.parent));
    const gone = scene.doc.withDescendants(steps);
    const edits = [
      ...scene.doc.connections.filter(each => scene.isConnectionSelected(each) && !gone.has(each.from) && !gone.has(each.to)).map(each => ({ op: 'disconnect', ...each })),
      ...steps.map(id => ({ op: 'delete', id })),
      ...[...scene.selection].filter(id => id.startsWith('note:')).map(id => ({ op: 'unnote', id: id.slice(5) })),
    ];
    scene.selection = new Set();
    scene.selectedConnections.clear();
    this.commit(edits, true);
  }

  duplicate() {
    const text = copyText(this.scene.doc, this.scene.selection);
    if (text) this.#insert(pasteEdits(this.scene.doc, text, null));
  }

  paste(text) {
    const part = pasteEdits(this.scene.doc, text, center(this.scene.view.window));
    if (part) this.#insert(part);
    else this.say('The clipboard holds no steps of a flow.');
  }

  undo() { if (!this.readOnly) this.sync.ask('undo'); }

  redo() { if (!this.readOnly) this.sync.ask('redo'); }

  tidy() { this.commit(arrangeEdits(this.scene.doc, this.scene.layout, this.scene.selectedSteps.length > 1 ? new Set(this.scene.selectedSteps) : null)); }

  open(id) {
    this.selectionChanged();
    this.#server.invokeMethodAsync('OpenAsync', id).catch(() => {});
  }

  escape() {
    if (this.pointer.escape()) return;
    this.scene.selection = new Set();
    this.scene.selectedConnections.clear();
    this.selectionChanged();
  }

  selectAll() {
    this.scene.selection = new Set([...this.scene.doc.steps.keys(), ...[...this.scene.doc.notes.keys()].map(id => 'note:' + id)]);
    this.selectionChanged();
  }

  /** Selects the next step in reading order; answers false at the end, so that Tab leaves the canvas. */
  focusNext(direction) {
    const { scene } = this;
    const order = [...scene.layout.rects].sort(([, a], [, b]) => Math.round(a.x / 120) - Math.round(b.x / 120) || a.y - b.y).map(([id]) => id);
    const at = order.indexOf(scene.selectedSteps[0]);
    const next = order[at < 0 ? (direction > 0 ? 0 : order.length - 1) : at + direction];
    if (!next) return false;
    scene.selection = new Set([next]);
    scene.view.reveal(scene.layout.rect(next));
    this.viewChanged();
    this.selectionChanged();
    return true;
  }

  fit() {
    const ids = this.scene.selectedSteps;
    this.scene.view.fit(this.scene.layout.bounds(this.scene.doc, ids.length > 1 ? new Set(ids) : null));
    this.viewChanged();
  }

  zoomBy(factor) { this.zoomTo(this.scene.view.zoom * factor); }

  zoomTo(zoom) {
    this.scene.view.zoomAt({ x: this.scene.view.width / 2, y: this.scene.view.height / 2 }, zoom);
    this.viewChanged();
  }

  // What changes redraw and who is told.

  selectionChanged() {
    const ids = [...this.scene.selection].slice(0, 500), said = ids.join();
    this.invalidate();
    if (said === this.#told) return;
    this.#told = said;
    this.announce(this.#describeSelection());
    this.#server.invokeMethodAsync('SelectAsync', ids).catch(() => {});
  }

  viewChanged() {
    this.#parts.zoom.textContent = `${Math.round(this.scene.view.zoom * 100)} %`;
    this.invalidate();
  }

  /** Where a step's middle is on the page. */
  clientOf(id) {
    const at = this.#client(center(this.scene.layout.rect(id)));
    return [at.x, at.y];
  }

  /** Says something to be seen and heard. */
  say(message) {
    this.announce(message);
    const toast = this.#parts.toast;
    toast.textContent = message;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { toast.hidden = true; }, 6000);
  }

  announce(text) {
    if (text) this.#parts.live.textContent = text;
  }

  /** The reason beside the pointer while a connection is being drawn. */
  tell(reason, event) {
    const tip = this.#parts.tip;
    tip.hidden = !reason;
    if (!reason) return;
    const box = this.host.getBoundingClientRect();
    tip.textContent = reason;
    tip.style.transform = `translate(${Math.round(event.clientX - box.x + 14)}px, ${Math.round(event.clientY - box.y + 14)}px)`;
  }

  invalidate() {
    if (!this.#frame) this.#frame = requestAnimationFrame(now => this.#paint(now));
  }

  #paint(now) {
    this.#frame = 0;
    const again = this.pointer.tick();
    this.scene.focused = document.activeElement === this.host;
    const moving = this.#painter.paint(this.#context, this.scene, now);
    this.minimap.paint(this.scene);
    if (again || (moving && !this.scene.reducedMotion)) this.invalidate();
  }

  /** The first look: the whole flow when it can be read so, else its beginning. */
  #open() {
    const { view, layout, doc } = this.scene, bounds = layout.bounds(doc);
    view.fit(bounds);
    if (view.zoom < 0.6) {
      view.zoom = 0.6;
      view.x = bounds.x - 48 / view.zoom;
      view.y = bounds.height * view.zoom < view.height ? bounds.y + bounds.height / 2 - view.height / 2 / view.zoom : bounds.y - 48 / view.zoom;
    }
    this.viewChanged();
  }

  #changed(doc) {
    this.scene.setDoc(doc);
    this.host.dataset.steps = String(doc.steps.size);
    this.host.dataset.unsaved = String(this.sync.unsaved);
    this.host.dataset.sequence = String(this.sync.sequence);
    this.#parts.empty.hidden = doc.steps.size > 0 || doc.notes.size > 0;
    this.invalidate();
  }

  #insert(part) {
    this.scene.selection = new Set(part.selection);
    this.commit(part.edits);
  }

  #resize() {
    const { scene, surface } = this, box = this.host.getBoundingClientRect();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    Object.assign(scene.view, { width: Math.max(1, box.width), height: Math.max(1, box.height) });
    scene.ratio = ratio;
    surface.width = Math.round(box.width * ratio);
    surface.height = Math.round(box.height * ratio);
    this.#painter.reset();
    this.#painter.gridKey = null;
    this.#painter.paint(this.#context, scene, performance.now());
    this.invalidate();
  }

  #themed() {
    this.scene.theme = readTheme(this.host);
    this.#painter.reset();
    this.invalidate();
  }

  #command(event) {
    const name = event.target.closest?.('[data-canvas]')?.dataset.canvas;
    const commands = {
      'zoom-in': () => this.zoomBy(1.25), 'zoom-out': () => this.zoomBy(0.8), 'zoom-reset': () => this.zoomTo(1), fit: () => this.fit(),
      tidy: () => this.tidy(), undo: () => this.undo(), redo: () => this.redo(), note: () => this.addNote(), delete: () => this.deleteSelection(),
      duplicate: () => this.duplicate(), add: () => this.addBeside(), connect: () => this.connectSelected(),
    };
    if (name) commands[name]?.();
  }

  /** A press on the palette: a click adds in the middle, a drag adds where it is dropped. */
  #dragNew(event) {
    const source = event.target.closest?.('[data-step-type]');
    if (!source || this.readOnly || event.button !== 0) return;
    const type = source.dataset.stepType, start = { x: event.clientX, y: event.clientY };
    const ghost = Object.assign(document.createElement('div'), { className: 'fc-ghost', textContent: this.scene.catalog.type(type)?.title ?? type });
    let dragged = false;
    const stop = new AbortController(), options = { signal: stop.signal };
    window.addEventListener('pointermove', move => {
      if (!dragged && Math.hypot(move.clientX - start.x, move.clientY - start.y) < 5) return;
      if (!dragged) this.#parts.root.append(ghost);
      dragged = true;
      ghost.style.transform = `translate(${move.clientX - 112}px, ${move.clientY - 20}px)`;
    }, options);
    const end = up => {
      stop.abort();
      ghost.remove();
      const box = this.host.getBoundingClientRect();
      const over = up.clientX >= box.x && up.clientX <= box.right && up.clientY >= box.y && up.clientY <= box.bottom;
      if (up.type !== 'pointerup' || !dragged || !over) return;
      this.addStep(type, this.scene.view.toCanvas({ x: up.clientX - box.x, y: up.clientY - box.y }));
      this.host.focus({ preventScroll: true });
    };
    window.addEventListener('pointerup', end, options);
    window.addEventListener('pointercancel', end, options);
    source.addEventListener('click', () => {
      if (!dragged) this.addStep(type, center(this.scene.view.window));
    }, { once: true });
  }

  #free(position) {
    const taken = new Set([...this.scene.doc.steps.values()].map(step => `${step.position.x},${step.position.y}`));
    while (taken.has(`${position.x},${position.y}`)) position = { x: position.x + 32, y: position.y + 32 };
    return position;
  }

  #client(point) {
    const box = this.host.getBoundingClientRect(), at = this.scene.view.toScreen(point);
    return { x: box.x + at.x, y: box.y + at.y };
  }

  #centreOn(point) {
    const { view } = this.scene;
    view.x = point.x - view.width / 2 / view.zoom;
    view.y = point.y - view.height / 2 / view.zoom;
    this.viewChanged();
  }

  #describeSelection() {
    const { scene } = this, ids = [...scene.selection];
    if (!ids.length) return 'Nothing selected.';
    if (ids.length > 1) return `${ids.length} selected.`;
    const step = scene.doc.steps.get(ids[0]);
    if (!step) return 'Note selected.';
    const next = scene.doc.connections.filter(each => each.from === step.id).map(each => scene.doc.steps.get(each.to)?.name || each.to);
    return `${step.name || step.id}, ${scene.catalog.title(step)}. ${next.length ? 'Leads to ' + next.join(', ') : 'Leads nowhere'}.`
      + (scene.problems[step.id] ? ` ${scene.problems[step.id]}` : '');
  }
}

const describe = edits => {
  const count = op => edits.filter(edit => edit.op === op).length;
  const said = [['add', 'added'], ['delete', 'deleted'], ['move', 'moved'], ['connect', 'connected'], ['disconnect', 'disconnected']]
    .filter(([op]) => count(op)).map(([op, word]) => `${count(op)} ${word}`);
  return said.length ? said.join(', ') + '.' : '';
};
