// The flow canvas: puts document, scene, gestures and drawing together. One per editor.

import { addBeside, addNext, addNote, addStep, connectSelected } from './adding.js';
import { arrangeEdits } from './arrange.js';
import { Catalog } from './catalog.js';
import { copyText, pasteEdits } from './clipboard.js';
import { describeEdits, describeSelection } from './describe.js';
import { FlowDoc } from './document.js';
import { center } from './geometry.js';
import { Keyboard } from './keyboard.js';
import { Minimap } from './drawing/minimap.js';
import { Painter } from './drawing/paint.js';
import { attachPanels } from './panels.js';
import { dragNew } from './palette.js';
import { People } from './people.js';
import { keep, kept } from './preferences.js';
import { Pointer } from './pointer.js';
import { QuickAdd } from './quickadd.js';
import { Scene } from './scene.js';
import { States } from './states.js';
import { Sync } from './sync.js';
import { readTheme, watchTheme } from './drawing/theme.js';
import { readingOrder } from './walk.js';

export class Canvas {
  #server;
  #abort = new AbortController();
  #painter = new Painter();
  #frame = 0;
  #told = '';
  #context;
  #parts;
  #foldedKey;
  #states = new States();
  #still;

  constructor(parts, server, options) {
    this.#parts = parts;
    this.#server = server;
    this.host = parts.host;
    this.surface = parts.surface;
    this.readOnly = options.readOnly;
    this.#still = options.still === true;
    this.scene = new Scene(new Catalog(options.catalog), new FlowDoc());
    this.scene.theme = readTheme(this.host);
    this.scene.readOnly = options.readOnly;
    this.#foldedKey = `otherthing.flow.${options.flowId}.folded`;
    const folded = kept(this.#foldedKey, []);
    this.scene.folded = new Set(Array.isArray(folded) ? folded : []);
    this.scene.squared = kept('otherthing.canvas.squared', false) === true;
    // A flow that is only looked at has no acts that could wait.
    this.sync = new Sync(server, options.still ? null : `otherthing.flow.${options.flowId}`, doc => this.#changed(doc), message => this.say(message));
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
    parts.root.addEventListener('pointerdown', event => dragNew(this, parts.root, event), { signal });
    parts.root.addEventListener('keydown', event => {
      if (event.key !== 'Escape' || event.defaultPrevented || !event.target.closest('[data-flow-panel]')) return;
      event.target.blur(); // what was typed counts
      this.host.focus({ preventScroll: true });
    }, { signal });
    // Who types in a panel keeps what they see there; the server is told how much of the flow that was.
    const typing = event => event.target.closest('[data-flow-panel]') && event.target.matches('textarea, input:not([type=checkbox])');
    parts.root.addEventListener('focusin', event => { if (typing(event)) this.#type(this.sync.sequence); }, { signal });
    parts.root.addEventListener('focusout', event => { if (typing(event)) this.#type(null); }, { signal });
    this.#showLines();
    attachPanels(parts.root, signal);
    this.host.addEventListener('focus', () => this.invalidate(), { signal });
    // While the line was down messages were lost in both directions.
    document.getElementById('components-reconnect-modal')?.addEventListener(
      'components-reconnect-state-changed', event => { if (event.detail.state === 'hide') this.#again(); }, { signal });
    this.#resize();
  }

  dispose() {
    this.#abort.abort();
    this.sync.close();
    this.people.close();
    cancelAnimationFrame(this.#frame);
    this.quickAdd.close();
  }

  /** The line is back. */
  #again() {
    if (!this.#still) this.sync.resync();
    this.#server.invokeMethodAsync('StatesAsync').catch(() => {});
  }

  // What the server says.

  load(definition, sequence, session, stored, unstored) {
    const first = this.host.dataset.ready !== 'true';
    this.sync.load(definition, sequence, session, stored, unstored);
    if (first) this.#open();
    this.host.dataset.ready = 'true';
  }

  /** How the steps of a run stand, or what changed of it; what was missed is asked for. */
  setStates(said) {
    if (!this.#states.take(said)) {
      this.#server.invokeMethodAsync('StatesAsync').catch(() => {});
      return;
    }
    this.scene.statuses = this.#states.all;
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
    if (ids.length) this.scene.unfoldTo(ids[0]);
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
    this.announce(describeEdits(edits, id => this.scene.doc.steps.get(id)?.name || id));
  }

  addStep(...what) { addStep(this, ...what); }

  addNext(type) { addNext(this, type); }

  addNote() { addNote(this); }

  addBeside() { addBeside(this); }

  connectSelected() { connectSelected(this); }

  resizeNote(dx, dy) {
    const note = this.scene.doc.notes.get([...this.scene.selection][0]?.slice(5));
    if (!note || this.readOnly) return;
    const size = (value, by) => Math.min(4000, Math.max(64, (value ?? 128) + by));
    this.commit([{ op: 'note', note: { ...note, width: size(note.width, dx), height: size(note.height, dy) } }]);
  }

  /** Folds a container into one card or opens it; for this person in this browser only. */
  fold(id = this.scene.selectedSteps[0]) {
    const { scene } = this, step = scene.doc.steps.get(id);
    if (!step || !scene.catalog.isContainer(step)) return;
    scene.fold(id);
    keep(this.#foldedKey, [...scene.folded].filter(each => scene.doc.steps.has(each)));
    this.announce(`${step.name || id} ${scene.folded.has(id) ? 'folded' : 'open'}.`);
    this.invalidate();
  }

  /** Curved or square connections; for this person in this browser only. */
  toggleLines() {
    this.scene.squared = !this.scene.squared;
    keep('otherthing.canvas.squared', this.scene.squared);
    this.#showLines();
    this.invalidate();
  }

  help() { this.#parts.help.showModal(); }

  run() { this.#parts.root.querySelector('[data-flow-run]')?.click(); }

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
    const steps = scene.doc.roots(scene.selectedSteps);
    const gone = scene.doc.withDescendants(steps);
    const edits = [
      ...scene.doc.connections.filter(each => scene.isConnectionSelected(each) && !gone.has(each.from) && !gone.has(each.to))
        .map(each => ({ op: 'disconnect', ...each })),
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

  /** Arranges the selected steps, or all of them and then shows them all. */
  tidy() {
    const some = this.scene.selectedSteps.length > 1 ? new Set(this.scene.selectedSteps) : null;
    this.commit(arrangeEdits(this.scene.doc, this.scene.layout, some));
    if (!some) this.fit();
  }

  open(id) {
    this.#foldOpen(id);
    this.selectionChanged();
    this.#server.invokeMethodAsync('OpenAsync', id).then(() => this.#enterPanel(id), () => {});
  }

  /** The keyboard follows into the panel; Escape leads back. */
  #enterPanel(id, turns = 300) {
    const shown = this.#parts.root.querySelector('[data-flow-panel]');
    const panel = shown?.dataset.flowPanel === id ? shown : null; // until it comes, that of the step before may still be there
    const field = panel?.querySelector('input:not([type=hidden]), textarea, select');
    if (field && panel.offsetParent !== null && document.activeElement === this.host) field.focus();
    else if (turns > 0 && document.activeElement === this.host && this.scene.selection.has(id)) requestAnimationFrame(() => this.#enterPanel(id, turns - 1));
  }

  escape() {
    if (this.pointer.escape()) return;
    this.scene.portFocus = null;
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
    const order = readingOrder(scene);
    const at = order.indexOf(scene.selectedSteps[0]);
    const next = order[at < 0 ? (direction > 0 ? 0 : order.length - 1) : at + direction];
    if (!next) return false;
    scene.selection = new Set([next]);
    scene.selectedConnections.clear();
    scene.portFocus = null;
    scene.view.reveal(scene.layout.rect(next));
    this.viewChanged();
    this.selectionChanged();
    return true;
  }

  selectEnd(last) {
    this.scene.selection = new Set();
    this.focusNext(last ? -1 : 1);
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
    if (this.scene.portFocus && !this.scene.selection.has(this.scene.portFocus.id)) this.scene.portFocus = null;
    this.invalidate();
    if (said === this.#told) return;
    this.#told = said;
    this.announce(describeSelection(this.scene));
    this.#server.invokeMethodAsync('SelectAsync', ids).catch(() => {});
  }

  viewChanged() {
    this.#parts.zoom.textContent = `${Math.round(this.scene.view.zoom * 100)} %`;
    this.invalidate();
  }

  /** Where a step's middle is on the page. */
  clientOf(id) {
    const at = this.clientAt(center(this.scene.layout.rect(id)));
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
    if (again || this.#painter.stale || (moving && !this.scene.reducedMotion)) this.invalidate();
  }

  /** The first look: the whole flow when its names can be read so, else its beginning. */
  #open() {
    const { view, layout, doc } = this.scene, bounds = layout.bounds(doc);
    view.fit(bounds);
    const least = view.width < 640 ? 0.42 : 0.5;
    if (view.zoom < least) view.begin(bounds, least);
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
      duplicate: () => this.duplicate(), add: () => this.addBeside(), connect: () => this.connectSelected(), lines: () => this.toggleLines(),
      fold: () => this.fold(), help: () => this.help(), 'help-close': () => this.#parts.help.close(),
    };
    if (name) commands[name]?.();
    // A press with the mouse is a drag or a click of its own; this one came from the keyboard.
    const type = event.detail === 0 && event.target.closest?.('[data-step-type]')?.dataset.stepType;
    if (type) {
      this.addNext(type);
      this.host.focus({ preventScroll: true });
    }
  }

  #type(sequence) { this.#server.invokeMethodAsync('TypeAsync', sequence).catch(() => {}); }

  #foldOpen(id) {
    if (this.scene.doc.steps.has(id)) this.scene.unfoldTo(id);
  }

  #showLines() {
    this.#parts.root.querySelector('[data-canvas=lines]')?.setAttribute('aria-pressed', String(this.scene.squared));
  }

  /** Where a place of the canvas is on the page. */
  clientAt(point) {
    const box = this.host.getBoundingClientRect(), at = this.scene.view.toScreen(point);
    return { x: box.x + at.x, y: box.y + at.y };
  }

  #centreOn(point) {
    const { view } = this.scene;
    view.x = point.x - view.width / 2 / view.zoom;
    view.y = point.y - view.height / 2 / view.zoom;
    this.viewChanged();
  }
}
