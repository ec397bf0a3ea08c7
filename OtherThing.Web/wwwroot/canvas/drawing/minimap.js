// The whole flow in a corner: redrawn when the document changes, its window moved when the view does.

import { noteRect, union } from '../geometry.js';

export class Minimap {
  #canvas;
  #back = null;
  #key = '';
  #world = null;

  constructor(canvas, moved) {
    this.#canvas = canvas;
    const move = event => {
      if (!this.#world) return;
      const box = canvas.getBoundingClientRect();
      const scale = this.#scale(box);
      moved({
        x: this.#world.x + (event.clientX - box.x - (box.width - this.#world.width * scale) / 2) / scale,
        y: this.#world.y + (event.clientY - box.y - (box.height - this.#world.height * scale) / 2) / scale,
      });
    };
    canvas.addEventListener('pointerdown', event => {
      event.stopPropagation();
      canvas.setPointerCapture(event.pointerId);
      move(event);
    });
    canvas.addEventListener('pointermove', event => {
      if (canvas.hasPointerCapture(event.pointerId)) move(event);
    });
  }

  paint({ doc, layout, theme, view, catalog, ratio }) {
    const canvas = this.#canvas, box = { width: canvas.clientWidth, height: canvas.clientHeight };
    if (!box.width) return;
    const width = Math.round(box.width * ratio), height = Math.round(box.height * ratio);
    const everything = layout.bounds(doc);
    this.#world = everything ? union(everything, view.window) : view.window;
    const scale = this.#scale(box) * ratio;
    const key = [doc.version, width, height, theme.surface, this.#world.x, this.#world.y, this.#world.width, this.#world.height].join();
    const left = (width - this.#world.width * scale) / 2, top = (height - this.#world.height * scale) / 2;
    const place = rect => [
      left + (rect.x - this.#world.x) * scale, top + (rect.y - this.#world.y) * scale, Math.max(1, rect.width * scale), Math.max(1, rect.height * scale),
    ];
    if (this.#key !== key) {
      this.#key = key;
      this.#back = new OffscreenCanvas(width, height);
      const back = this.#back.getContext('2d');
      back.fillStyle = theme.surface;
      back.fillRect(0, 0, width, height);
      back.fillStyle = theme.border;
      for (const note of doc.notes.values()) back.fillRect(...place(noteRect(note)));
      for (const [id, rect] of layout.rects) {
        back.fillStyle = theme.kinds[catalog.kind(doc.steps.get(id))];
        back.globalAlpha = rect.container ? 0.25 : 1;
        back.fillRect(...place(rect));
      }
    }
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    context.drawImage(this.#back, 0, 0);
    context.strokeStyle = theme.accent;
    context.lineWidth = 1.5 * ratio;
    context.strokeRect(...place(view.window));
  }

  #scale(box) { return Math.min(box.width / this.#world.width, box.height / this.#world.height) * 0.94; }
}
