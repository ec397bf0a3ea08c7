// What one press, move and release means. Each gesture shows itself in the scene while it lasts and becomes edits at its end.

import { align, card, meets, noteRect, snap, union } from './geometry.js';

/** Moves the selection; at the drop it may enter a container or split a connection. */
export class MoveGesture {
  constructor(canvas, start, grabbed) {
    const { scene } = canvas;
    this.canvas = canvas;
    this.start = start;
    const steps = scene.doc.withDescendants(scene.selectedSteps);
    scene.moving = new Set([...steps, ...[...scene.selection].filter(id => id.startsWith('note:'))]);
    scene.offset = { dx: 0, dy: 0 };
    this.own = grabbed.startsWith('note:') ? noteRect(scene.doc.notes.get(grabbed.slice(5))) : scene.layout.rect(grabbed);
    this.standing = [];
    for (const [id, rect] of scene.layout.rects) {
      if (!scene.moving.has(id) && meets(rect, scene.view.window) && this.standing.length < 200) this.standing.push(rect);
    }
  }

  move(point, event) {
    const { scene } = this.canvas;
    let x = this.own.x + point.x - this.start.x, y = this.own.y + point.y - this.start.y;
    scene.guides = [];
    if (!event.altKey) {
      const moving = { ...this.own, x, y };
      const lined = align(moving, this.standing, 6 / scene.view.zoom);
      x = lined.dx === null ? snap(x) : x + lined.dx;
      y = lined.dy === null ? snap(y) : y + lined.dy;
      const now = { ...this.own, x, y };
      if (lined.dx !== null) {
        const both = union(now, lined.x.rect);
        scene.guides.push({ x1: lined.x.line, x2: lined.x.line, y1: both.y, y2: both.y + both.height });
      }
      if (lined.dy !== null) {
        const both = union(now, lined.y.rect);
        scene.guides.push({ x1: both.x, x2: both.x + both.width, y1: lined.y.line, y2: lined.y.line });
      }
    }
    scene.offset = { dx: x - this.own.x, dy: y - this.own.y };
    scene.target = scene.containerAt(point);
    this.split = this.#splittable() ? scene.connectionUnder({ ...this.own, x, y }) : null;
    scene.hoverConnection = this.split ?? null;
  }

  end() {
    const { canvas } = this, { scene } = canvas, { dx, dy } = scene.offset;
    const target = scene.target;
    const edits = [];
    if (dx || dy) {
      for (const id of scene.moving) {
        if (id.startsWith('note:')) {
          const note = scene.doc.notes.get(id.slice(5));
          if (note) edits.push({ op: 'note', note: { ...note, position: { x: note.position.x + dx, y: note.position.y + dy } } });
        } else {
          const step = scene.doc.steps.get(id);
          if (step) edits.push({ op: 'move', id, x: step.position.x + dx, y: step.position.y + dy });
        }
      }
      edits.push(...this.#nesting(target));
      if (this.split) edits.push(...this.#splitting(target));
    }
    this.cancel();
    canvas.commit(edits, true);
  }

  cancel() {
    Object.assign(this.canvas.scene, { moving: null, offset: { dx: 0, dy: 0 }, guides: [], target: null, hoverConnection: null });
  }

  #splittable() {
    const { scene } = this.canvas, ids = scene.selectedSteps;
    if (ids.length !== 1 || scene.selection.size !== 1) return false;
    const step = scene.doc.steps.get(ids[0]);
    return step && scene.catalog.hasInput(step) && scene.catalog.kind(step) !== 'output'
      && !scene.doc.connections.some(connection => connection.from === step.id || connection.to === step.id);
  }

  #nesting(target) {
    const { scene } = this.canvas;
    const changing = new Set(scene.doc.roots(scene.selectedSteps).filter(id => (scene.doc.steps.get(id)?.parent ?? null) !== target));
    if (!changing.size) return [];
    // A connection cannot cross a container's edge, so those that would are taken off in the same act.
    const parent = id => changing.has(id) ? target : scene.doc.steps.get(id)?.parent ?? null;
    return [
      ...scene.doc.connections.filter(each => (changing.has(each.from) || changing.has(each.to)) && parent(each.from) !== parent(each.to))
        .map(each => ({ op: 'disconnect', ...each })),
      ...[...changing].map(id => ({ op: 'nest', id, parent: target })),
    ];
  }

  #splitting(target) {
    const { scene } = this.canvas, { from, port, to } = this.split, id = scene.selectedSteps[0];
    if ((scene.doc.steps.get(from)?.parent ?? null) !== target) return [];
    return [
      { op: 'disconnect', from, port, to },
      { op: 'connect', from, port, to: id },
      { op: 'connect', from: id, port: scene.layout.ports.get(id)[0], to },
    ];
  }
}

/** Draws a connection from a port; dropped on nothing it offers the steps that could follow. */
export class ConnectGesture {
  constructor(canvas, from, port, replaced = null) {
    this.canvas = canvas;
    this.from = from;
    this.port = port;
    this.replaced = replaced;
    canvas.scene.hidden = replaced;
    canvas.scene.welcome = canvas.scene.doc.followers(canvas.scene.catalog, from, port);
  }

  move(point, event) {
    const { scene } = this.canvas;
    const hit = scene.hit(point, event.pointerType === 'touch');
    const over = hit.id && hit.id !== this.from ? hit.id : null;
    if (over !== this.over) {
      this.over = over;
      const known = this.replaced && over === this.replaced.to;
      this.reason = over && !known ? scene.doc.whyNotConnect(scene.catalog, this.from, this.port, over) : null;
    }
    this.point = point;
    scene.portAt = over && !this.reason ? { id: over, input: true } : null;
    scene.connecting = {
      from: scene.output(this.from, this.port),
      to: over && !this.reason && scene.input(over) || point,
      reason: this.reason,
    };
    this.canvas.tell(this.reason, event);
  }

  end(event) {
    const { canvas, replaced } = this;
    const { over, reason, point } = this;
    this.cancel();
    if (reason) {
      canvas.announce(`Not connected. ${reason}`);
      return;
    }
    if (over && replaced?.to === over) return;
    const edits = replaced ? [{ op: 'disconnect', from: replaced.from, port: replaced.port, to: replaced.to }] : [];
    if (over) edits.push({ op: 'connect', from: this.from, port: this.port, to: over });
    canvas.commit(edits, true);
    if (!over && !replaced && point) canvas.quickAdd.open({ x: event.clientX, y: event.clientY }, point, { from: this.from, port: this.port });
  }

  cancel() {
    Object.assign(this.canvas.scene, { connecting: null, portAt: null, hidden: null, welcome: null });
    this.canvas.tell(null);
  }
}

/** Takes a connection by its beginning and leads it from another step or port. */
export class SourceGesture {
  constructor(canvas, connection) {
    this.canvas = canvas;
    this.connection = connection;
    canvas.scene.hidden = connection;
  }

  move(point, event) {
    const { canvas: { scene }, connection } = this;
    const hit = scene.hit(point, event.pointerType === 'touch');
    const over = hit.id && scene.catalog.kind(scene.doc.steps.get(hit.id)) !== 'output' ? hit.id : null;
    this.source = over && { from: over, port: hit.port ?? scene.layout.ports.get(over)[0] };
    const same = over === connection.from && this.source.port === connection.port;
    this.reason = over && !same ? scene.doc.without(connection).whyNotConnect(scene.catalog, over, this.source.port, connection.to) : null;
    scene.portAt = over && !this.reason ? { id: over, port: this.source.port } : null;
    scene.connecting = { from: over && !this.reason ? scene.output(over, this.source.port) : point, to: scene.input(connection.to), reason: this.reason };
    this.canvas.tell(this.reason, event);
  }

  end() {
    const { canvas, connection: { from, port, to }, source, reason } = this;
    this.cancel();
    if (reason) canvas.announce(`Not connected. ${reason}`);
    else if (!source || source.from !== from || source.port !== port) {
      canvas.commit([{ op: 'disconnect', from, port, to }, ...(source ? [{ op: 'connect', ...source, to }] : [])], true);
    }
  }

  cancel() {
    Object.assign(this.canvas.scene, { connecting: null, portAt: null, hidden: null });
    this.canvas.tell(null);
  }
}

/** Selects what a rectangle touches. */
export class MarqueeGesture {
  constructor(canvas, start, keep) {
    this.canvas = canvas;
    this.start = start;
    this.before = keep ? new Set(canvas.scene.selection) : new Set();
  }

  move(point) {
    const { scene } = this.canvas;
    scene.marquee = {
      x: Math.min(point.x, this.start.x), y: Math.min(point.y, this.start.y),
      width: Math.abs(point.x - this.start.x), height: Math.abs(point.y - this.start.y),
    };
    const found = new Set(this.before);
    for (const [id, rect] of scene.layout.rects) {
      if (rect.container ? inside(rect, scene.marquee) : meets(rect, scene.marquee)) found.add(id);
    }
    for (const note of scene.doc.notes.values()) if (meets(noteRect(note), scene.marquee)) found.add('note:' + note.id);
    scene.selection = found;
  }

  end() {
    this.cancel();
    this.canvas.selectionChanged();
  }

  cancel() { this.canvas.scene.marquee = null; }
}

/** Drags the paper. */
export class PanGesture {
  constructor(canvas) { this.canvas = canvas; }

  drag(dx, dy) { this.canvas.scene.view.pan(dx, dy); }

  move() {}

  end() {}

  cancel() {}
}

/** Pulls a note's corner. */
export class ResizeGesture {
  constructor(canvas, note) {
    this.canvas = canvas;
    this.note = note;
  }

  move(point) {
    const { note } = this;
    this.size = {
      width: Math.min(4000, Math.max(80, snap(point.x - note.position.x))),
      height: Math.min(4000, Math.max(64, snap(point.y - note.position.y))),
    };
    this.canvas.scene.doc.notes.set(note.id, { ...note, ...this.size });
  }

  end() {
    this.cancel();
    if (this.size) this.canvas.commit([{ op: 'note', note: { ...this.note, ...this.size } }], true);
  }

  cancel() { this.canvas.scene.doc.notes.set(this.note.id, this.note); }
}

const inside = (inner, outer) => inner.x >= outer.x && inner.y >= outer.y
  && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;

/** Where a new card goes so that its middle is at a point. */
export const placeAt = point => ({ x: snap(point.x - card.width / 2), y: snap(point.y - card.height / 2) });
