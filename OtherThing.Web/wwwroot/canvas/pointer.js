// Mouse, pen and fingers: decides which gesture a press begins and feeds it. Nothing here talks to the server.

import { addBehind } from './adding.js';
import { keyOf } from './document.js';
import { ConnectGesture, MarqueeGesture, MoveGesture, PanGesture, ResizeGesture, SourceGesture } from './gestures.js';
import { press, samePlus } from './plus.js';

const threshold = 4, edge = 28;

export class Pointer {
  #canvas;
  #gesture = null;
  #press = null;
  #last = null;
  #fingers = new Map();
  #pinch = null;
  #spaceDown = false;

  constructor(canvas, signal) {
    this.#canvas = canvas;
    const host = canvas.host, options = { signal };
    host.addEventListener('pointerdown', event => this.#down(event), options);
    host.addEventListener('pointermove', event => this.#move(event), options);
    host.addEventListener('pointerup', event => this.#up(event), options);
    host.addEventListener('pointercancel', event => this.#abandon(event), options);
    host.addEventListener('pointerleave', () => { this.#hover(null); canvas.people.point(null); }, options);
    host.addEventListener('dblclick', event => this.#open(event), options);
    host.addEventListener('wheel', event => this.#wheel(event), { signal, passive: false });
    host.addEventListener('keydown', event => { if (event.code === 'Space') this.#spaceDown = true; }, options);
    window.addEventListener('keyup', event => { if (event.code === 'Space') this.#spaceDown = false; }, options);
  }

  get busy() { return this.#gesture !== null; }

  /** Drops what is being done without doing it. */
  escape() {
    if (!this.#gesture) return false;
    this.#gesture.cancel();
    this.#gesture = this.#press = this.#last = null;
    this.#canvas.invalidate();
    return true;
  }

  /** Called once a frame: a drag at the edge moves the paper. */
  tick() {
    const { scene } = this.#canvas;
    if (!this.#gesture || this.#gesture instanceof PanGesture || !this.#last) return false;
    const { x, y } = this.#last.place;
    const push = (at, size) => at < edge ? edge - at : at > size - edge ? size - edge - at : 0;
    const dx = push(x, scene.view.width) / 3, dy = push(y, scene.view.height) / 3;
    if (!dx && !dy) return false;
    scene.view.pan(dx, dy);
    this.#gesture.move(scene.view.toCanvas(this.#last.place), this.#last.event);
    return true;
  }

  #place(event) {
    const box = this.#canvas.surface.getBoundingClientRect();
    return { x: event.clientX - box.x, y: event.clientY - box.y };
  }

  #down(event) {
    const canvas = this.#canvas, { scene } = canvas;
    if (event.target !== canvas.surface || event.button === 2) return;
    canvas.quickAdd.close();
    canvas.host.focus({ preventScroll: true });
    const place = this.#place(event), point = scene.view.toCanvas(place);
    canvas.surface.setPointerCapture(event.pointerId);
    if (event.pointerType === 'touch') {
      this.#fingers.set(event.pointerId, place);
      if (this.#fingers.size === 2) {
        this.escape();
        this.#pinch = this.#measure();
        return;
      }
    }
    event.preventDefault();
    const hit = scene.hit(point, event.pointerType === 'touch');
    this.#press = { place, point, hit, event, touched: null };
    if (event.button === 1 || this.#spaceDown) {
      this.#gesture = new PanGesture(canvas);
      return;
    }
    const id = hit.id && !hit.port && !hit.input ? hit.id : hit.note ? 'note:' + hit.note : null;
    if (id) {
      if (event.shiftKey || event.ctrlKey || event.metaKey) {
        this.#press.touched = id;
        if (!scene.selection.has(id)) {
          scene.selection.add(id);
          this.#press.touched = null;
        }
      } else if (!scene.selection.has(id)) {
        scene.selection = new Set([id]);
        scene.selectedConnections.clear();
      }
    }
    canvas.invalidate();
  }

  #move(event) {
    const canvas = this.#canvas, { scene } = canvas;
    const place = this.#place(event);
    if (this.#fingers.has(event.pointerId)) {
      this.#fingers.set(event.pointerId, place);
      if (this.#pinch) {
        this.#pinched();
        return;
      }
    }
    if (!this.#press) {
      this.#hover(event);
      canvas.people.point(scene.view.toCanvas(place));
      return;
    }
    if (!this.#gesture) {
      if (Math.hypot(place.x - this.#press.place.x, place.y - this.#press.place.y) < threshold) return;
      this.#gesture = this.#begin(event);
    }
    if (this.#gesture instanceof PanGesture) {
      const from = this.#last?.place ?? this.#press.place;
      this.#gesture.drag(place.x - from.x, place.y - from.y);
    } else {
      this.#gesture.move(scene.view.toCanvas(place), event);
    }
    this.#last = { place, event };
    canvas.invalidate();
  }

  #begin(event) {
    const canvas = this.#canvas, { scene } = canvas, { hit, point } = this.#press;
    const id = hit.id ?? (hit.note ? 'note:' + hit.note : null);
    if (!canvas.readOnly) {
      const taken = hit.port && scene.doc.connections.filter(each => each.from === hit.id && each.port === hit.port && scene.isConnectionSelected(each));
      if (taken?.length === 1) return new SourceGesture(canvas, taken[0]);
      const from = hit.plus?.id ? hit.plus : hit.port ? hit : null;
      if (from) return new ConnectGesture(canvas, from.id, from.port);
      if (hit.input) {
        const known = scene.doc.connections.findLast(connection => connection.to === hit.id);
        if (known) return new ConnectGesture(canvas, known.from, known.port, known);
      }
      if (hit.note && hit.corner) return new ResizeGesture(canvas, scene.doc.notes.get(hit.note));
      if (id) return new MoveGesture(canvas, point, id);
    }
    if (event.shiftKey && !id) return new MarqueeGesture(canvas, point, event.ctrlKey || event.metaKey);
    return new PanGesture(canvas);
  }

  #up(event) {
    const canvas = this.#canvas;
    this.#fingers.delete(event.pointerId);
    if (this.#pinch) {
      if (this.#fingers.size < 2) this.#pinch = null;
      this.#press = this.#gesture = null;
      return;
    }
    const gesture = this.#gesture, press = this.#press;
    this.#gesture = this.#press = this.#last = null;
    if (gesture) gesture.end(event);
    else if (press) this.#click(press, event);
    canvas.invalidate();
    if (gesture instanceof MoveGesture || gesture instanceof ConnectGesture) return; // their edit told the selection
    if (!(gesture instanceof PanGesture)) canvas.selectionChanged();
  }

  #click({ hit, touched }, event) {
    const { scene } = this.#canvas;
    const many = event.shiftKey || event.ctrlKey || event.metaKey;
    if (hit.plus) return press(this.#canvas, hit.plus);
    // A finger that taps the edge of a card means the card; it has the signs behind the ports of the selected one.
    if (hit.port && !many && event.pointerType !== 'touch' && !this.#canvas.readOnly) return addBehind(this.#canvas, hit.id, hit.port);
    if (touched) scene.selection.delete(touched);
    if (hit.toggle && !many) {
      this.#canvas.fold(hit.id);
      return;
    }
    if (hit.connection) {
      if (!many) { scene.selection = new Set(); scene.selectedConnections.clear(); }
      scene.selectedConnections.add(keyOf(hit.connection));
    } else if (!hit.id && !hit.note && !many) {
      scene.selection = new Set();
      scene.selectedConnections.clear();
    } else if (hit.id && !many) {
      scene.selection = new Set([hit.id]);
      scene.selectedConnections.clear();
    }
  }

  #abandon(event) {
    this.#fingers.delete(event.pointerId);
    this.#pinch = null;
    this.escape();
    this.#press = this.#last = null;
  }

  #hover(event) {
    const canvas = this.#canvas, { scene } = canvas;
    const hit = event && event.target === canvas.surface ? scene.hit(scene.view.toCanvas(this.#place(event))) : {};
    // On the way to a sign what it belongs to stays lit.
    const { plus } = hit, port = plus?.id ? plus : hit.port || hit.input ? hit : null, connection = plus?.connection ?? hit.connection ?? null;
    const changed = plus && scene.plusAt ? !samePlus(plus, scene.plusAt) : Boolean(plus) !== Boolean(scene.plusAt);
    const { portAt } = scene;
    if (changed || portAt?.id !== port?.id || portAt?.port !== port?.port || portAt?.input !== port?.input || scene.hoverConnection !== connection) {
      scene.portAt = port;
      scene.hoverConnection = connection;
      scene.plusAt = plus ?? null;
      canvas.invalidate();
    }
    canvas.surface.style.cursor = plus ? 'pointer' : port ? 'crosshair' : hit.corner ? 'nwse-resize'
      : hit.id || hit.note || hit.connection ? 'pointer' : 'grab';
  }

  #open(event) {
    if (event.target !== this.#canvas.surface) return;
    const point = this.#canvas.scene.view.toCanvas(this.#place(event));
    const hit = this.#canvas.scene.hit(point);
    if (hit.id || hit.note) this.#canvas.open(hit.id ?? 'note:' + hit.note);
    else if (!hit.connection && !this.#canvas.readOnly) this.#canvas.quickAdd.open({ x: event.clientX, y: event.clientY }, point);
  }

  #wheel(event) {
    const canvas = this.#canvas, { view } = canvas.scene;
    if (event.target !== canvas.surface) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? view.height : 1;
    if (event.ctrlKey || event.metaKey) view.zoomAt(this.#place(event), view.zoom * Math.exp(-event.deltaY * unit / 300));
    else if (event.shiftKey && !event.deltaX) view.pan(-event.deltaY * unit, 0);
    else view.pan(-event.deltaX * unit, -event.deltaY * unit);
    canvas.viewChanged();
  }

  #measure() {
    const [a, b] = [...this.#fingers.values()];
    return { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, span: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) };
  }

  #pinched() {
    const { view } = this.#canvas.scene, next = this.#measure();
    view.pan(next.middle.x - this.#pinch.middle.x, next.middle.y - this.#pinch.middle.y);
    view.zoomAt(next.middle, view.zoom * next.span / this.#pinch.span);
    this.#pinch = next;
    this.#canvas.viewChanged();
  }
}
