// Where things lie, in canvas pixels. Nothing here draws or listens.

import look from './look.js';

export const card = look.card;

const { pad: containerPad, ...containerMin } = look.container, line = look.wire;

/** Rectangles and ports of a document, computed once per version. */
export class Layout {
  #doc = null;
  #version = -1;
  #folded = null;
  #catalog;
  rects = new Map();
  ports = new Map();
  containers = [];

  constructor(catalog) { this.#catalog = catalog; }

  /** @param folded ids of containers that show as one card, with what is in them out of sight */
  update(doc, folded = null) {
    if (doc === this.#doc && doc.version === this.#version && folded === this.#folded) return false;
    this.#folded = folded;
    this.#doc = doc;
    this.#version = doc.version;
    this.rects = new Map();
    this.ports = new Map();
    this.containers = [];
    const children = new Map();
    for (const step of doc.steps.values()) {
      this.ports.set(step.id, this.#catalog.ports(step));
      if (step.parent) (children.get(step.parent) ?? children.set(step.parent, []).get(step.parent)).push(step);
    }
    const covered = new Set();
    for (const open = [...(folded ?? [])]; open.length;) {
      for (const child of children.get(open.pop()) ?? []) if (!covered.has(child.id)) { covered.add(child.id); open.push(child.id); }
    }
    for (const step of doc.steps.values()) if (!covered.has(step.id)) this.#measure(step, children, 0);
    return true;
  }

  rect(id) { return this.rects.get(id); }

  input(id) {
    const rect = this.rects.get(id);
    return rect && { x: rect.x, y: rect.y + (rect.container ? card.headerHeight / 2 : Math.min(rect.height, card.height) / 2) };
  }

  output(id, port) {
    const rect = this.rects.get(id);
    if (!rect) return null;
    const ports = this.ports.get(id), index = Math.max(0, ports.indexOf(port));
    if (rect.container) return { x: rect.x + rect.width, y: rect.y + card.headerHeight / 2 + index * card.portGap };
    const first = rect.height / 2 - (ports.length - 1) * card.portGap / 2;
    return { x: rect.x + rect.width, y: rect.y + first + index * card.portGap };
  }

  /** The rectangle around everything; null when there is nothing. */
  bounds(doc, ids = null) {
    let bounds = null;
    for (const [id, rect] of this.rects) if (!ids || ids.has(id)) bounds = union(bounds, rect);
    if (!ids) for (const note of doc.notes.values()) bounds = union(bounds, noteRect(note));
    return bounds;
  }

  #measure(step, children, depth) {
    const known = this.rects.get(step.id);
    if (known) return known;
    const { x, y } = step.position;
    let rect;
    if (this.#catalog.isContainer(step) && !this.#folded?.has(step.id)) {
      rect = { x, y, ...containerMin, container: true, depth };
      this.rects.set(step.id, rect); // before its children: a circle of parents ends here
      for (const child of children.get(step.id) ?? []) {
        const inner = this.#measure(child, children, depth + 1);
        const left = Math.min(rect.x, inner.x - containerPad), top = Math.min(rect.y, inner.y - containerPad - card.headerHeight);
        const right = Math.max(rect.x + rect.width, inner.x + inner.width + containerPad);
        const bottom = Math.max(rect.y + rect.height, inner.y + inner.height + containerPad);
        Object.assign(rect, { x: left, y: top, width: right - left, height: bottom - top });
      }
      this.containers.push(step.id);
    } else {
      const ports = this.ports.get(step.id).length;
      rect = {
        x, y, width: card.width, height: Math.max(card.height, card.portRoom + ports * card.portGap), container: false, depth,
        folded: this.#folded?.has(step.id) === true,
      };
      this.rects.set(step.id, rect);
    }
    return rect;
  }
}

export const noteRect = note => ({ x: note.position.x, y: note.position.y, width: note.width ?? 240, height: note.height ?? 120 });

export const union = (a, b) => {
  if (!a) return { x: b.x, y: b.y, width: b.width, height: b.height };
  const x = Math.min(a.x, b.x), y = Math.min(a.y, b.y);
  return { x, y, width: Math.max(a.x + a.width, b.x + b.width) - x, height: Math.max(a.y + a.height, b.y + b.height) - y };
};

export const meets = (a, b) => a.x < b.x + b.width && a.x + a.width > b.x && a.y < b.y + b.height && a.y + a.height > b.y;

export const holds = (rect, point) => point.x >= rect.x && point.x <= rect.x + rect.width && point.y >= rect.y && point.y <= rect.y + rect.height;

export const center = rect => ({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 });

export const snap = value => Math.round(value / card.grid) * card.grid;

/** True for a connection to an earlier place: a curve would cross the cards between, so it is led round them in right angles. */
export const turnsBack = (from, to) => to.x < from.x;

/** The corners of a connection drawn in right angles. */
export const corners = (from, to) => {
  const { out } = line;
  if (to.x - from.x >= 2 * out) {
    const middle = (from.x + to.x) / 2;
    return from.y === to.y ? [from, to] : [from, { x: middle, y: from.y }, { x: middle, y: to.y }, to];
  }
  const y = Math.abs(to.y - from.y) > 2 * card.height ? (from.y + to.y) / 2 : Math.max(from.y, to.y) + card.height;
  return [from, { x: from.x + out, y: from.y }, { x: from.x + out, y }, { x: to.x - out, y }, { x: to.x - out, y: to.y }, to];
};

/** The middle of a connection, by its length; routes.js may lead it by corners of its own. */
export const middleOf = (from, to, squared, led = null) => {
  if (!led && !squared && !turnsBack(from, to)) return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const places = led ?? corners(from, to), length = at => Math.abs(places[at].x - places[at - 1].x) + Math.abs(places[at].y - places[at - 1].y);
  let left = places.slice(1).reduce((sum, _, at) => sum + length(at + 1), 0) / 2, at = 1;
  while (at < places.length - 1 && left > length(at)) left -= length(at++);
  return towards(places[at - 1], places[at], left);
};

export const distanceToCorners = (point, from, to, led = null) => {
  const places = led ?? corners(from, to);
  let best = Infinity;
  for (let at = 1; at < places.length; at++) best = Math.min(best, distanceToSegment(point, places[at - 1], places[at]));
  return best;
};

/** The two control points of a connection's curve; it leaves to the right and arrives from the left. */
export const curve = (from, to) => {
  const reach = Math.max(line.least, Math.min(line.most, Math.abs(to.x - from.x) / 2 + Math.max(0, from.x - to.x) / 4));
  return [from.x + reach, from.y, to.x - reach, to.y];
};

/** A connection as pen strokes, M, L, Q and C as in SVG: a curve, or led round in right angles. Wire.cs draws the same ones, without corners of routes.js. */
export const strokes = (from, to, squared, led = null) => {
  if (!led && !squared && !turnsBack(from, to)) return [['M', from.x, from.y], ['C', ...curve(from, to), to.x, to.y]];
  const places = led ?? corners(from, to), drawn = [['M', from.x, from.y]];
  for (let at = 1; at < places.length - 1; at++) {
    const place = places[at], round = rounding(places, at, squared ? line.squareCorner : line.corner);
    const before = towards(place, places[at - 1], round), after = towards(place, places[at + 1], round);
    drawn.push(['L', before.x, before.y], ['Q', place.x, place.y, after.x, after.y]);
  }
  drawn.push(['L', to.x, to.y]);
  return drawn;
};

const rounding = (places, at, most) => Math.min(most, ...[at, at + 1].map(next =>
  (Math.abs(places[next].x - places[next - 1].x) + Math.abs(places[next].y - places[next - 1].y)) / 2));

/** The place so far from one corner on the way to the next; the way is straight. */
const towards = (from, to, by) => ({ x: from.x + Math.sign(to.x - from.x) * by, y: from.y + Math.sign(to.y - from.y) * by });

export const distanceToCurve = (point, from, to) => {
  const [ax, ay, bx, by] = curve(from, to);
  if (point.x < Math.min(from.x, bx) - 8 || point.x > Math.max(to.x, ax) + 8
    || point.y < Math.min(from.y, to.y) - 8 || point.y > Math.max(from.y, to.y) + 8) return Infinity;
  let best = Infinity, last = from;
  for (let part = 1; part <= 24; part++) {
    const t = part / 24, u = 1 - t;
    const next = {
      x: u * u * u * from.x + 3 * u * u * t * ax + 3 * u * t * t * bx + t * t * t * to.x,
      y: u * u * u * from.y + 3 * u * u * t * ay + 3 * u * t * t * by + t * t * t * to.y,
    };
    best = Math.min(best, distanceToSegment(point, last, next));
    last = next;
  }
  return best;
};

const distanceToSegment = (p, a, b) => {
  const dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length)) : 0;
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
};

/** How far a moving rectangle must shift to line up with a standing one, and the lines to show. */
export const align = (moving, standing, reach) => {
  const edges = rect => [[rect.x, rect.x + rect.width / 2, rect.x + rect.width], [rect.y, rect.y + rect.height / 2, rect.y + rect.height]];
  const [mx, my] = edges(moving);
  const best = [{ by: reach }, { by: reach }];
  for (const rect of standing) {
    const lines = edges(rect);
    for (const axis of [0, 1]) {
      (axis ? my : mx).forEach((own, index) => lines[axis].forEach((line, other) => {
        // Edges meet edges and middles meet middles; anything else is noise.
        if ((index === 1) !== (other === 1)) return;
        const by = line - own;
        if (Math.abs(by) < Math.abs(best[axis].by)) best[axis] = { by, line, rect };
      }));
    }
  }
  return { dx: best[0].rect ? best[0].by : null, dy: best[1].rect ? best[1].by : null, x: best[0], y: best[1] };
};
