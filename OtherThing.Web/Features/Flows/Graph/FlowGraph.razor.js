// The browser side of a graph: pans, zooms and moves the keyboard's focus, by changing one CSS transform. Nothing of it is told to the server.

import { View } from '../../../canvas/view.js';

const least = { wide: 0.5, narrow: 0.8, picture: 0.42 }, threshold = 4;

export const mount = (root, _, options) => {
  if (options.still) return picture(root);
  const graph = new Graph(root, options.selected);
  return { reveal: id => graph.show(id), dispose: () => graph.dispose() };
};

/** A picture: as large as its frame, and never so small that its words cannot be read; what does not fit is scrolled to. */
const picture = root => {
  const part = name => root.querySelector(`[data-part="${name}"]`), host = part('host'), world = part('world'), pan = part('pan');
  const fit = () => {
    const zoom = Math.max(least.picture, Math.min(0.7, (host.clientWidth - 24) / world.offsetWidth, (host.clientHeight - 24) / world.offsetHeight));
    pan.style.transform = `scale(${zoom})`;
    pan.style.top = `${Math.max(12, (host.clientHeight - world.offsetHeight * zoom) / 2)}px`;
  };
  const resized = new ResizeObserver(fit);
  resized.observe(host);
  return { reveal: () => {}, dispose: () => resized.disconnect() };
};

class Graph {
  #abort = new AbortController();
  #view = new View();
  #pointers = new Map();
  #begun = null;
  #dragged = false;
  #opened = false;
  #first;

  constructor(root, first) {
    const part = name => root.querySelector(`[data-part="${name}"]`), { signal } = this.#abort;
    this.root = root;
    this.host = part('host');
    this.pan = part('pan');
    this.world = part('world');
    this.#first = first;
    const resized = new ResizeObserver(() => this.#resize());
    resized.observe(this.host);
    signal.addEventListener('abort', () => resized.disconnect());
    this.host.addEventListener('pointerdown', event => this.#down(event), { signal });
    this.host.addEventListener('pointermove', event => this.#move(event), { signal });
    for (const name of ['pointerup', 'pointercancel']) this.host.addEventListener(name, event => this.#up(event), { signal });
    // The end of a drag is no click on the card it began on.
    this.host.addEventListener('click', event => { if (this.#dragged) event.stopPropagation(); }, { signal, capture: true });
    this.host.addEventListener('dragstart', event => event.preventDefault(), { signal });
    this.host.addEventListener('wheel', event => this.#wheel(event), { signal, passive: false });
    this.host.addEventListener('keydown', event => this.#key(event), { signal });
    this.host.addEventListener('focusin', event => this.#focused(event.target), { signal });
    // A browser scrolls what gets the focus into sight; here the view moves instead.
    this.host.addEventListener('scroll', () => { this.host.scrollLeft = this.host.scrollTop = 0; }, { signal });
    root.addEventListener('click', event => this.#command(event.target.closest?.('[data-graph]')?.dataset.graph), { signal });
    this.#enter(this.#card(first));
  }

  dispose() { this.#abort.abort(); }

  /** Brings a step into sight; the keyboard enters the graph there. */
  show(id) {
    const card = this.#card(id);
    // The word comes over the line, and somebody may have gone on by the keyboard meanwhile: the view stays where they are.
    const there = document.activeElement;
    if (!card || (there !== card && there?.matches('button[data-step]') && this.host.contains(there))) return;
    this.#enter(card);
    this.#reveal(card);
  }

  get #cards() { return [...this.host.querySelectorAll('button[data-step]')].sort((a, b) => a.dataset.order - b.dataset.order); }

  #card(id) { return id ? this.host.querySelector(`[data-step="${CSS.escape(id)}"]`) : null; }

  get #bounds() { return { x: 0, y: 0, width: this.world.offsetWidth || 1, height: this.world.offsetHeight || 1 }; }

  #rect(card) { return { x: card.offsetLeft, y: card.offsetTop, width: card.offsetWidth, height: card.offsetHeight }; }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!width || !height) return;
    Object.assign(this.#view, { width, height });
    if (!this.#opened) this.#open();
    this.#apply();
  }

  /** The first look: all of it where it can be read so; else its beginning, or the step that matters. */
  #open() {
    this.#opened = true;
    const view = this.#view, readable = view.width < 640 ? least.narrow : least.wide, card = this.#card(this.#first);
    view.fit(this.#bounds);
    if (view.zoom < readable) {
      view.begin(this.#bounds, Math.max(readable, 0.8));
      if (card) this.#centre(this.#rect(card));
    }
    this.root.dataset.ready = 'true';
  }

  #centre(rect) {
    const view = this.#view, { width, height } = view.window;
    view.x = rect.x + rect.width / 2 - width / 2;
    view.y = rect.y + Math.min(rect.height, height) / 2 - height / 2;
  }

  #reveal(card) {
    this.pan.dataset.eased = '';
    this.#view.reveal(this.#rect(card));
    this.#apply();
  }

  #apply() {
    const { x, y, zoom } = this.#view;
    this.pan.style.transform = `translate(${-x * zoom}px, ${-y * zoom}px) scale(${zoom})`;
    this.root.style.backgroundPosition = `${-x * zoom}px ${-y * zoom}px`;
    this.root.dataset.zoom = zoom.toFixed(3);
  }

  #still() { delete this.pan.dataset.eased; }

  #zoom(factor, at = { x: this.#view.width / 2, y: this.#view.height / 2 }) {
    this.#still();
    this.#view.zoomAt(at, this.#view.zoom * factor);
    this.#apply();
  }

  #down(event) {
    if (event.button !== 0) return;
    this.#dragged = false;
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#begun = { x: event.clientX, y: event.clientY };
  }

  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before) return;
    if (!this.#dragged && Math.hypot(event.clientX - this.#begun.x, event.clientY - this.#begun.y) < threshold) return;
    if (!this.#dragged) this.host.setPointerCapture(event.pointerId);
    this.#dragged = true;
    this.host.dataset.dragging = '';
    this.#still();
    const now = { x: event.clientX, y: event.clientY }, other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const box = this.host.getBoundingClientRect(), far = point => Math.hypot(point.x - other.x, point.y - other.y) || 1;
      this.#view.zoomAt({ x: (now.x + other.x) / 2 - box.x, y: (now.y + other.y) / 2 - box.y }, this.#view.zoom * far(now) / far(before));
    }
    // Of two fingers each carries half of the way.
    const share = other ? 0.5 : 1;
    this.#view.pan((now.x - before.x) * share, (now.y - before.y) * share);
    this.#pointers.set(event.pointerId, now);
    this.#apply();
  }

  #up(event) {
    this.#pointers.delete(event.pointerId);
    if (!this.#pointers.size) delete this.host.dataset.dragging;
  }

  /** With Ctrl it zooms, sideways it pans; up and down belongs to the page. */
  #wheel(event) {
    const sideways = event.shiftKey ? event.deltaX || event.deltaY : event.deltaX;
    if (event.ctrlKey || event.metaKey) {
      const box = this.host.getBoundingClientRect();
      this.#zoom(Math.exp(-event.deltaY / 300), { x: event.clientX - box.x, y: event.clientY - box.y });
    } else if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      this.#still();
      this.#view.pan(-sideways, 0);
      this.#apply();
    } else {
      return;
    }
    event.preventDefault();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const cards = this.#cards, at = cards.indexOf(event.target), last = cards.length - 1;
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    const command = { '+': 'in', '-': 'out', 0: 'plain', 1: 'fit' }[event.key];
    const way = { ArrowRight: [-60, 0], ArrowLeft: [60, 0], ArrowDown: [0, -60], ArrowUp: [0, 60] }[event.key];
    if (command) this.#command(command);
    else if (to !== undefined && at >= 0) cards[Math.max(0, Math.min(last, to))].focus({ preventScroll: true });
    else if (way && at < 0) {
      this.#still();
      this.#view.pan(...way);
      this.#apply();
    } else return;
    event.preventDefault();
  }

  #command(name) {
    if (name === 'in') this.#zoom(1.25);
    else if (name === 'out') this.#zoom(0.8);
    else if (name === 'plain') this.#zoom(1 / this.#view.zoom);
    else if (name === 'fit') {
      this.pan.dataset.eased = '';
      this.#view.fit(this.#bounds);
      this.#apply();
    }
  }

  #focused(target) {
    if (!target.matches?.('button[data-step]')) return;
    this.#enter(target);
    // The mouse is where the card is already.
    if (target.matches(':focus-visible')) this.#reveal(target);
  }

  /** Tab enters the graph at one card, and the arrow keys go on from there. */
  #enter(card) {
    const cards = this.#cards, entry = card?.matches('button') ? card : cards.find(each => each.tabIndex === 0) ?? cards[0];
    for (const each of cards) each.tabIndex = each === entry ? 0 : -1;
  }
}
