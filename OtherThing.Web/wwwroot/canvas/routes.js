// Ways for connections that would run behind cards: round them, in right angles. A way is looked for when its connection is seen and
// kept until a card stands in it; while a card is dragged its connections are drawn straight and the others stay as they are.

import { keyOf } from './document.js';
import { corners, curve, turnsBack } from './geometry.js';
import look from './look.js';

const { out } = look.wire, clearances = [12, 4], bend = 80, region = 160, mostBlocks = 28, budget = 4;

export class Routes {
  #rects = null;
  #turn = 0;
  #until = 0;
  #known = new Map();

  /** True when some ways are not found yet and want another frame. */
  waiting = false;

  /** Begins a frame: so much time it may take to look for ways. */
  begin(scene) {
    this.waiting = false;
    this.#until = performance.now() + budget;
    if (this.#rects === scene.layout.rects) return;
    this.#rects = scene.layout.rects;
    this.#turn++;
    if (this.#known.size > scene.doc.connections.length + 500) this.#known.clear();
  }

  /** The corners a connection is led by; null where it is drawn as ever. */
  of(scene, connection, from, to) {
    const key = keyOf(connection), { squared, moving } = scene;
    if (moving?.has(connection.from) || moving?.has(connection.to)) return null;
    const known = this.#known.get(key), same = known && known.squared === squared && at(known.from, from) && at(known.to, to);
    if (same && known.turn === this.#turn) return known.places;
    const blocks = blocksOf(scene, connection, from, to);
    let places = null;
    if (!isFree(from, to, squared, blocks, connection)) {
      if (same && known.places && crosses(known.places, blocks) === 0) places = known.places;
      else if (performance.now() > this.#until) {
        this.waiting = true;
        return same ? known.places : null;
      } else places = search(from, to, blocks.map(([, rect]) => rect));
    }
    this.#known.set(key, { turn: this.#turn, squared, from, to, places });
    return places;
  }

  /** The corners it was drawn by last. */
  shown(scene, connection) {
    return scene.moving?.has(connection.from) || scene.moving?.has(connection.to) ? null : this.#known.get(keyOf(connection))?.places ?? null;
  }
}

const at = (a, b) => a.x === b.x && a.y === b.y;

/** What may stand in the way, by id: cards, and containers as a whole where neither end is inside. */
const blocksOf = ({ doc, layout }, connection, from, to) => {
  const around = new Set();
  for (const end of [connection.from, connection.to]) {
    for (let id = doc.steps.get(end)?.parent, hops = 0; id && hops < 50; id = doc.steps.get(id)?.parent, hops++) around.add(id);
  }
  const left = Math.min(from.x, to.x) - region, right = Math.max(from.x, to.x) + region;
  const top = Math.min(from.y, to.y) - region, bottom = Math.max(from.y, to.y) + region;
  const blocks = [];
  for (const [id, rect] of layout.rects) {
    if (rect.x > right || rect.x + rect.width < left || rect.y > bottom || rect.y + rect.height < top || around.has(id)) continue;
    const parent = doc.steps.get(id)?.parent;
    if (!parent || around.has(parent)) blocks.push([id, rect]);
  }
  return blocks;
};

/** True when the connection as it is drawn without a way runs behind nothing. */
const isFree = (from, to, squared, blocks, { from: source, to: target }) => {
  if (squared || turnsBack(from, to)) return crosses(corners(from, to), blocks) === 0;
  const [ax, ay, bx, by] = curve(from, to), others = blocks.filter(([id]) => id !== source && id !== target);
  for (let part = 1, last = from; part <= 20 && others.length; part++) {
    const t = part / 20, u = 1 - t;
    const next = {
      x: u * u * u * from.x + 3 * u * u * t * ax + 3 * u * t * t * bx + t * t * t * to.x,
      y: u * u * u * from.y + 3 * u * u * t * ay + 3 * u * t * t * by + t * t * t * to.y,
    };
    if (others.some(([, rect]) => runsInto(last, next, rect))) return false;
    last = next;
  }
  return true;
};

/** How many cards these corners lead through. */
export const crosses = (places, blocks) => {
  let count = 0;
  for (const [, rect] of blocks) if (places.some((place, index) => index > 0 && runsInto(places[index - 1], place, rect))) count++;
  return count;
};

/** Touching the edge is no crossing. */
const runsInto = (a, b, rect) => Math.max(a.x, b.x) > rect.x && Math.min(a.x, b.x) < rect.x + rect.width
  && Math.max(a.y, b.y) > rect.y && Math.min(a.y, b.y) < rect.y + rect.height;

/** The corners of a way round these rectangles, the ends among them; null when there is none. */
export const search = (from, to, rects) => {
  if (rects.length > mostBlocks) {
    // The nearest to the straight line decide; who is far from it is seldom in the way.
    const far = rect => distanceTo({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }, from, to);
    rects = rects.map(rect => [far(rect), rect]).sort((a, b) => a[0] - b[0]).slice(0, mostBlocks).map(([, rect]) => rect);
  }
  for (const clear of clearances) {
    const cleared = rects.map(({ x, y, width, height }) => ({ x: x - clear, y: y - clear, width: width + 2 * clear, height: height + 2 * clear }));
    const places = around(from, to, cleared);
    if (places) return places;
  }
  return null;
};

const distanceTo = (p, a, b) => {
  const dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length)) : 0;
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
};

/** The cheapest way along the edges of what is in between (A* over their lines; a corner costs as much as a detour). */
const around = (from, to, blocks) => {
  const start = { x: from.x + out, y: from.y }, goal = { x: to.x - out, y: to.y };
  const xs = lines([start.x, goal.x, ...blocks.flatMap(block => [block.x, block.x + block.width])]);
  const ys = lines([start.y, goal.y, ...blocks.flatMap(block => [block.y, block.y + block.height])]);
  const wide = xs.length, startAt = ys.indexOf(start.y) * wide + xs.indexOf(start.x), goalAt = ys.indexOf(goal.y) * wide + xs.indexOf(goal.x);
  const place = node => ({ x: xs[node % wide], y: ys[Math.floor(node / wide)] });
  const costs = new Float64Array(wide * ys.length * 2).fill(Infinity), before = new Int32Array(costs.length).fill(-1), done = new Uint8Array(costs.length);
  const blocked = new Int8Array(wide * ys.length * 2);
  const open = new Heap(), ahead = node => Math.abs(xs[node % wide] - goal.x) + Math.abs(ys[Math.floor(node / wide)] - goal.y);
  costs[startAt * 2] = 0;
  open.push(ahead(startAt), startAt * 2);
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (done[state]) continue;
    done[state] = 1;
    const node = state >> 1, upright = state & 1;
    if (node === goalAt && !upright) return trace(from, to, state, before, place);
    const x = node % wide, y = Math.floor(node / wide);
    for (const [dx, dy] of directions) {
      if (x + dx < 0 || x + dx >= wide || y + dy < 0 || y + dy >= ys.length) continue;
      const next = node + dx + dy * wide, turned = dy ? 1 : 0, edge = Math.min(node, next) * 2 + turned;
      blocked[edge] ||= blocks.some(block => runsInto(place(node), place(next), block)) ? 2 : 1;
      if (blocked[edge] === 2) continue;
      const cost = costs[state] + Math.abs(xs[x + dx] - xs[x]) + Math.abs(ys[y + dy] - ys[y]) + (turned === upright ? 0 : bend);
      const reached = next * 2 + turned;
      if (cost < costs[reached]) {
        costs[reached] = cost;
        before[reached] = state;
        open.push(cost + ahead(next), reached);
      }
    }
    // It arrives from the left, so a last turn may be needed at the goal itself.
    if (node === goalAt && upright && costs[state] + bend < costs[state - 1]) {
      costs[state - 1] = costs[state] + bend;
      before[state - 1] = state;
      open.push(costs[state - 1], state - 1);
    }
  }
  return null;
};

const directions = [[1, 0], [-1, 0], [0, 1], [0, -1]];

const lines = values => [...new Set(values)].sort((a, b) => a - b);

/** The corners alone: what lies on a straight line is left out. */
const trace = (from, to, state, before, place) => {
  const way = [to];
  const add = each => { if (!at(each, way[way.length - 1])) way.push(each); };
  for (let each = state; each >= 0; each = before[each]) add(place(each >> 1));
  add(from);
  way.reverse();
  return way.filter((each, index) => {
    const last = way[index - 1], next = way[index + 1];
    return !last || !next || !(last.x === each.x && each.x === next.x || last.y === each.y && each.y === next.y);
  });
};

class Heap {
  #items = [];

  push(cost, value) {
    const items = this.#items;
    let index = items.push([cost, value]) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (items[parent][0] <= items[index][0]) break;
      [items[parent], items[index]] = [items[index], items[parent]];
      index = parent;
    }
  }

  /** The cheapest; undefined when there is none. */
  pop() {
    const items = this.#items, first = items[0], last = items.pop();
    if (!items.length) return first?.[1];
    items[0] = last;
    for (let index = 0; ;) {
      let least = index;
      for (const child of [2 * index + 1, 2 * index + 2]) if (child < items.length && items[child][0] < items[least][0]) least = child;
      if (least === index) return first[1];
      [items[least], items[index]] = [items[index], items[least]];
      index = least;
    }
  }
}
