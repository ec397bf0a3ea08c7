// What is on the canvas right now: document, view, selection, and what a gesture shows before it is an edit.

import { keyOf } from './document.js';
import { Layout, center, distanceToCorners, distanceToCurve, holds, middleOf, noteRect, card, turnsBack } from './geometry.js';
import { plusAt } from './plus.js';
import { Routes } from './routes.js';
import { View } from './view.js';

export class Scene {
  view = new View();
  routes = new Routes();
  selection = new Set();
  selectedConnections = new Set();
  statuses = {};
  problems = {};
  people = null;
  guides = [];
  marquee = null;
  connecting = null;
  target = null;
  portAt = null;
  portFocus = null;
  plusAt = null;
  readOnly = false;
  welcome = null;
  folded = new Set();
  squared = false;
  hoverConnection = null;
  hidden = null;
  moving = null;
  offset = { dx: 0, dy: 0 };
  ratio = 1;
  flowing = false;

  constructor(catalog, doc) {
    this.catalog = catalog;
    this.doc = doc;
    this.layout = new Layout(catalog);
    this.layout.update(doc);
    this.reducedMotion = matchMedia('(prefers-reduced-motion: reduce)').matches;
  }

  setDoc(doc) {
    this.doc = doc;
    this.layout.update(doc, this.folded);
    for (const id of this.selection) {
      if (id.startsWith('note:') ? !doc.notes.has(id.slice(5)) : !doc.steps.has(id)) this.selection.delete(id);
    }
    if (this.selectedConnections.size) {
      const known = new Set(doc.connections.map(keyOf));
      this.selectedConnections.forEach(key => known.has(key) || this.selectedConnections.delete(key));
    }
  }

  get selectedSteps() { return [...this.selection].filter(id => !id.startsWith('note:')); }

  moved(rect, id) {
    return this.moving?.has(id) ? { ...rect, x: rect.x + this.offset.dx, y: rect.y + this.offset.dy } : rect;
  }

  /** Where a step is; nothing when a folded container holds it. */
  rect(id) {
    const rect = this.layout.rect(id);
    return rect && this.moved(rect, id);
  }

  /** Folds a container into one card, or opens it again. */
  fold(id, folded = !this.folded.has(id)) {
    const all = new Set(this.folded);
    if (folded) all.add(id);
    else all.delete(id);
    this.folded = all;
    this.layout.update(this.doc, all);
  }

  /** How many steps a folded container holds, in words. */
  inside(id) {
    const count = this.doc.withDescendants([id]).size - 1;
    return count === 1 ? '1 step inside' : `${count} steps inside`;
  }

  /** Opens what hides a step. */
  unfoldTo(id) {
    for (let step = this.doc.steps.get(id), hops = 0; step?.parent && hops < 50; step = this.doc.steps.get(step.parent), hops++) {
      if (this.folded.has(step.parent)) this.fold(step.parent, false);
    }
  }

  input(id) { return this.#shift(this.layout.input(id), id); }

  output(id, port) { return this.#shift(this.layout.output(id, port), id); }

  ends(connection) {
    if (this.hidden === connection) return null;
    const from = this.output(connection.from, connection.port), to = this.input(connection.to);
    return from && to ? [from, to] : null;
  }

  isConnectionSelected(connection) { return this.selectedConnections.size > 0 && this.selectedConnections.has(keyOf(connection)); }

  /** What lies under a point: a plus sign before a port, a port before a card, a card before a connection, a container's inside last. */
  hit(point, touch = false) {
    const reach = Math.max(card.portReach, (touch ? 20 : 9) / this.view.zoom);
    const plus = plusAt(this, point, touch);
    if (plus) return { plus };
    const port = this.#portAt(point, reach);
    if (port) return port;
    let container = null;
    const ids = [...this.layout.rects.keys()];
    for (let at = ids.length - 1; at >= 0; at--) {
      const rect = this.rect(ids[at]);
      if (!holds(rect, point)) continue;
      const toggle = (rect.container || rect.folded) && point.x > rect.x + rect.width - 34 && point.y < rect.y + card.headerHeight;
      if (!rect.container) return { id: ids[at], toggle };
      if (point.y <= rect.y + card.headerHeight) return { id: ids[at], toggle };
      if (!container || rect.depth > this.rect(container).depth) container = ids[at];
    }
    const connection = this.#connectionAt(point, (touch ? 14 : 7) / this.view.zoom);
    if (connection) return { connection };
    for (const note of [...this.doc.notes.values()].reverse()) {
      const rect = noteRect(note);
      if (holds(rect, point)) return { note: note.id, corner: point.x > rect.x + rect.width - 16 && point.y > rect.y + rect.height - 16 };
    }
    return container ? { inside: container } : {};
  }

  /** The innermost container at a point that is not being moved itself. */
  containerAt(point) {
    let found = null;
    for (const id of this.layout.containers) {
      if (this.moving?.has(id)) continue;
      const rect = this.layout.rect(id);
      if (holds(rect, point) && (!found || rect.depth > this.layout.rect(found).depth)) found = id;
    }
    return found;
  }

  connectionUnder(rect) {
    const middle = center(rect);
    return this.doc.connections.find(connection => {
      const ends = this.ends(connection);
      return ends && !this.moving?.has(connection.from) && !this.moving?.has(connection.to) && this.#distance(middle, ...ends, connection) < rect.height / 2;
    });
  }

  #portAt(point, reach) {
    let best = null, nearest = reach;
    for (const id of this.layout.rects.keys()) {
      const rect = this.rect(id);
      if (point.x < rect.x - reach || point.x > rect.x + rect.width + reach || point.y < rect.y - reach || point.y > rect.y + rect.height + reach) continue;
      const step = this.doc.steps.get(id);
      if (this.catalog.hasInput(step)) {
        const at = this.input(id), distance = Math.hypot(point.x - at.x, point.y - at.y);
        if (distance < nearest) { nearest = distance; best = { id, input: true, at }; }
      }
      if (this.catalog.kind(step) === 'output') continue;
      for (const port of this.layout.ports.get(id)) {
        const at = this.output(id, port), distance = Math.hypot(point.x - at.x, point.y - at.y);
        if (distance < nearest) { nearest = distance; best = { id, port, at }; }
      }
    }
    return best;
  }

  #connectionAt(point, reach) {
    let best = null, nearest = reach;
    for (const connection of this.doc.connections) {
      const ends = this.ends(connection);
      const distance = ends ? this.#distance(point, ...ends, connection) : Infinity;
      if (distance < nearest) { nearest = distance; best = connection; }
    }
    return best;
  }

  #distance(point, from, to, connection) {
    const led = this.routes.shown(this, connection);
    return led || this.squared || turnsBack(from, to) ? distanceToCorners(point, from, to, led) : distanceToCurve(point, from, to);
  }

  /** The middle of a connection as it is drawn. */
  middleOf(connection, ends) { return middleOf(...ends, this.squared, this.routes.shown(this, connection)); }

  #shift(point, id) {
    return point && this.moving?.has(id) ? { x: point.x + this.offset.dx, y: point.y + this.offset.dy } : point;
  }
}
