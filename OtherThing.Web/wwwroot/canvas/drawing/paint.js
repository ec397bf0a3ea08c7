// Draws one frame: only what is seen, and less of it the further away it is.

import { Cards } from './cards.js';
import { card, meets } from '../geometry.js';
import { paintPluses } from '../plus.js';
import { Sprites, margin } from './sprites.js';
import { box, statusColour } from './strokes.js';
import { Texts } from './texts.js';
import { paintConnections, trace } from './wires.js';

const arrow = new Path2D('M0 0L5.5 16L8.2 9.2L15 6.5Z');

export class Painter {
  #texts = new Texts();
  #cards = new Cards(this.#texts);
  #sprites = new Sprites();

  #waiting = false;

  /** True when something is still drawn as it was, cards of another zoom or connections without their way, and wants another frame. */
  get stale() { return this.#sprites.stale || this.#waiting; }

  /** Forgets measured texts and drawn cards: the font or the colours may have changed. */
  reset() {
    this.#texts.clear();
    this.#sprites.clear();
  }

  paint(context, scene, now) {
    const { view, theme, ratio } = scene;
    const scale = view.zoom * ratio;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = theme.canvas;
    context.fillRect(0, 0, view.width * ratio, view.height * ratio);
    this.#grid(context, scene);
    context.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
    context.textBaseline = 'middle';
    const detail = view.zoom >= 0.55 ? 2 : view.zoom >= 0.28 ? 1 : 0;
    const seen = view.window;
    for (const note of scene.doc.notes.values()) this.#cards.note(context, scene, note, seen, detail);
    for (const id of scene.layout.containers) this.#cards.container(context, scene, id, seen, detail);
    paintConnections(context, scene, seen, detail, now);
    this.#waiting = scene.routes.waiting;
    this.#sprites.stale = false;
    const moving = detail === 0 ? this.#far(context, scene, seen) : this.#near(context, scene, seen, detail, scale, now);
    this.#overlay(context, scene);
    return moving || scene.flowing;
  }

  /** From far away a card is a rectangle in its colour; all of one colour are drawn at once. */
  #far(context, scene, seen) {
    const { theme, catalog, selection, statuses } = scene, byColour = new Map(), selected = new Path2D();
    let moving = false;
    for (const step of scene.doc.steps.values()) {
      const rect = scene.rect(step.id);
      if (!rect || rect.container || !meets(rect, seen)) continue;
      const status = statuses[step.id]?.status, colour = status ? statusColour(theme, status) : theme.kinds[catalog.kind(step)] ?? theme.muted;
      (byColour.get(colour) ?? byColour.set(colour, new Path2D()).get(colour)).rect(rect.x, rect.y, rect.width, rect.height);
      if (selection.has(step.id)) selected.rect(rect.x, rect.y, rect.width, rect.height);
      moving ||= status === 'running';
    }
    for (const [colour, path] of byColour) {
      context.fillStyle = colour;
      context.fill(path);
    }
    context.strokeStyle = theme.accent;
    context.lineWidth = 2 / scene.view.zoom;
    context.stroke(selected);
    return moving;
  }

  #near(context, scene, seen, detail, scale, now) {
    const { view, catalog, statuses, problems } = scene, sprites = this.#sprites;
    sprites.begin(scale, now);
    let moving = false;
    for (const step of scene.doc.steps.values()) {
      const rect = scene.rect(step.id);
      if (!rect || rect.container || !meets(rect, seen)) continue;
      const status = statuses[step.id];
      if (status?.status === 'running' || scene.portAt?.id === step.id || scene.portFocus?.id === step.id || scene.welcome?.has(step.id)) {
        // What moves or is lit up is drawn as it is.
        moving = this.#cards.card(context, scene, step, rect, detail, now, scene) || moving;
      } else {
        const place = { x: (rect.x - margin - view.x) * scale, y: (rect.y - margin - view.y) * scale };
        const size = { width: rect.width + 2 * margin + 6, height: rect.height + 2 * margin + 6 };
        const still = scene.layout.rect(step.id);
        context.setTransform(1, 0, 0, 1, 0, 0);
        const shown = [step, status, problems[step.id], scene.layout.ports.get(step.id).length, rect.folded && scene.inside(step.id)];
        sprites.draw(context, step.id, place, size, shown, picture => {
          picture.translate(margin - still.x, margin - still.y);
          this.#cards.card(picture, scene, step, still, detail, now, scene.layout);
        });
        context.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
      }
      this.#frame(context, scene, step, rect, detail);
    }
    return moving;
  }

  /** Who has selected a card. */
  #frame(context, scene, step, rect, detail) {
    const selected = scene.selection.has(step.id), other = scene.people.selected[step.id];
    if (!selected && !other) return;
    context.strokeStyle = selected ? scene.theme.accent : other.colour;
    context.lineWidth = 2;
    box(context, { x: rect.x - 3, y: rect.y - 3, width: rect.width + 6, height: rect.height + 6 }, 8);
    context.stroke();
    if (!other || detail < 2) return;
    context.fillStyle = other.colour;
    context.font = `600 11px ${scene.theme.font}`;
    context.fillText(this.#texts.cut(context, other.name, rect.width), rect.x, rect.y - 9);
  }

  #grid(context, { view, theme, ratio }) {
    let gap = card.grid * view.zoom * ratio;
    while (gap < 12 * ratio) gap *= 2;
    const dot = Math.max(1, Math.round(ratio * Math.min(1.5, view.zoom)));
    const startX = (-view.x * view.zoom * ratio) % gap, startY = (-view.y * view.zoom * ratio) % gap;
    const key = `${gap.toFixed(2)} ${dot} ${theme.border}`;
    if (this.gridKey !== key) {
      // One row of dots, drawn once per zoom; a frame then copies it instead of filling thousands of dots.
      this.gridKey = key;
      this.gridRow = new OffscreenCanvas(Math.max(1, Math.ceil(view.width * ratio + 2 * gap)), dot);
      const row = this.gridRow.getContext('2d');
      row.fillStyle = theme.border;
      for (let x = 0; x < this.gridRow.width; x += gap) row.fillRect(Math.round(x), 0, dot, dot);
    }
    for (let y = startY - gap; y < view.height * ratio; y += gap) context.drawImage(this.gridRow, Math.round(startX - gap), Math.round(y));
  }

  #overlay(context, scene) {
    const { theme, view } = scene;
    const drawn = scene.connecting;
    if (drawn) {
      const path = new Path2D();
      trace(path, drawn.from, drawn.to, 2, scene.squared);
      context.lineWidth = 2;
      context.strokeStyle = drawn.reason ? theme.danger : theme.accent;
      context.stroke(path);
    }
    paintPluses(context, scene);
    for (const cursor of scene.people.cursors) this.#cursor(context, scene, cursor);
    context.lineWidth = 1 / view.zoom;
    for (const line of scene.guides) {
      context.strokeStyle = theme.info;
      context.beginPath();
      context.moveTo(line.x1, line.y1);
      context.lineTo(line.x2, line.y2);
      context.stroke();
    }
    if (scene.marquee) {
      context.fillStyle = theme.accent;
      context.strokeStyle = theme.accent;
      context.globalAlpha = 0.12;
      context.fillRect(scene.marquee.x, scene.marquee.y, scene.marquee.width, scene.marquee.height);
      context.globalAlpha = 1;
      context.strokeRect(scene.marquee.x, scene.marquee.y, scene.marquee.width, scene.marquee.height);
    }
  }

  #cursor(context, { theme, view }, { x, y, name, colour }) {
    context.save();
    context.translate(x, y);
    context.scale(1 / view.zoom, 1 / view.zoom);
    context.fillStyle = colour;
    context.fill(arrow);
    context.font = `600 11px ${theme.font}`;
    const label = this.#texts.cut(context, name, 140), width = context.measureText(label).width + 12;
    box(context, { x: 12, y: 16, width, height: 18 }, 9);
    context.fill();
    context.fillStyle = '#0d1117';
    context.fillText(label, 18, 25.5);
    context.restore();
  }
}
