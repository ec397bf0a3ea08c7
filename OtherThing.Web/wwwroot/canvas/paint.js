// Draws one frame: only what is seen, and less of it the further away it is.

import { card, corners, curve, meets, noteRect, turnsBack } from './geometry.js';
import { icon } from './icons.js';
import { Sprites, margin } from './sprites.js';

const words = {
  queued: 'Queued', running: 'Running', waiting: 'Waiting', succeeded: 'Succeeded', failed: 'Failed', cancelled: 'Cancelled',
  skipped: 'Skipped', unknown: 'Unknown',
};

const arrow = new Path2D('M0 0L5.5 16L8.2 9.2L15 6.5Z');

export class Painter {
  #texts = new Map();
  #sprites = new Sprites();

  /** True when some cards are still drawn as they were at another zoom, and want another frame. */
  get stale() { return this.#sprites.stale; }

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
    for (const note of scene.doc.notes.values()) this.#note(context, scene, note, seen, detail);
    for (const id of scene.layout.containers) this.#container(context, scene, id, seen, detail);
    this.#connections(context, scene, seen, detail, now);
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
        moving = this.#card(context, scene, step, rect, detail, now, scene) || moving;
      } else {
        const place = { x: (rect.x - margin - view.x) * scale, y: (rect.y - margin - view.y) * scale };
        const size = { width: rect.width + 2 * margin + 6, height: rect.height + 2 * margin + 6 };
        const still = scene.layout.rect(step.id);
        context.setTransform(1, 0, 0, 1, 0, 0);
        sprites.draw(context, step.id, place, size, [step, status, problems[step.id], scene.layout.ports.get(step.id).length, rect.folded && scene.inside(step.id)], picture => {
          picture.translate(margin - still.x, margin - still.y);
          this.#card(picture, scene, step, still, detail, now, scene.layout);
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
    context.fillText(this.#cut(context, other.name, rect.width), rect.x, rect.y - 9);
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

  #note(context, scene, note, seen, detail) {
    const { theme, selection } = scene;
    const rect = scene.moved(noteRect(note), 'note:' + note.id);
    if (!meets(rect, seen)) return;
    const colour = theme[note.color] ?? theme.warning, other = scene.people.selected['note:' + note.id];
    context.fillStyle = theme.raised;
    context.strokeStyle = selection.has('note:' + note.id) ? theme.accent : other?.colour ?? colour;
    context.lineWidth = selection.has('note:' + note.id) || other ? 2 : 1;
    box(context, rect, 6);
    context.fill();
    context.globalAlpha = 0.1;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
    context.stroke();
    if (detail === 0) return;
    context.fillStyle = theme.text;
    const size = detail === 2 ? 13 : 18, step = size + 5;
    context.font = `${size}px ${theme.font}`;
    const lines = this.#wrap(context, unmarked(note.text ?? ''), rect.width - 24, Math.floor((rect.height - 12) / step));
    lines.forEach((line, index) => context.fillText(line, rect.x + 12, rect.y + 6 + step * (index + 0.7)));
  }

  #container(context, scene, id, seen, detail) {
    const { theme, catalog, doc, selection } = scene;
    const rect = scene.rect(id), step = doc.steps.get(id);
    if (!step || !meets(rect, seen)) return;
    const hue = theme.kinds[catalog.kind(step)];
    context.globalAlpha = 0.55;
    context.fillStyle = theme.surface;
    box(context, rect, 8);
    context.fill();
    context.globalAlpha = 1;
    const selected = selection.has(id), other = scene.people.selected[id];
    context.strokeStyle = scene.target === id || selected ? theme.accent : other?.colour ?? hue;
    context.lineWidth = scene.target === id || selected || other ? 2 : 1;
    context.setLineDash(selected ? [] : [6, 4]);
    context.stroke();
    context.setLineDash([]);
    if (detail > 0) this.#header(context, scene, step, rect, detail, hue);
    this.#ports(context, scene, step, detail);
  }

  /** A container's head: its name, and below it what it does or how far it is. From further away the name alone, larger. */
  #header(context, scene, step, rect, detail, hue) {
    const { theme, catalog } = scene, status = scene.statuses[step.id], problem = scene.problems[step.id];
    const labels = detail === 2 ? this.#labels(context, scene, scene.layout.ports.get(step.id)) : 0;
    const icon = status ? status.status : 'problem';
    const colour = status ? statusColour(theme, status.status) : theme.warning;
    this.#icon(context, 'open', rect.x + rect.width - 30 - labels, rect.y + 9, 18, theme.muted);
    context.fillStyle = theme.text;
    if (detail === 1) {
      this.#icon(context, status ? icon : catalog.kind(step), rect.x + 14, rect.y + 12, 28, status ? colour : hue);
      context.fillStyle = theme.text;
      context.font = `600 22px ${theme.font}`;
      context.fillText(this.#cut(context, step.name || step.id, rect.width - 94), rect.x + 50, rect.y + 27);
      return;
    }
    this.#icon(context, catalog.kind(step), rect.x + 14, rect.y + 9, 18, hue);
    context.fillStyle = theme.text;
    context.font = `600 13px ${theme.font}`;
    context.fillText(this.#cut(context, step.name || step.id, rect.width - 80 - labels), rect.x + 40, rect.y + 18);
    const inner = status || problem, said = status ? statusLine(status) : problem || [catalog.title(step), catalog.summary(step)].filter(part => part).join(' · ');
    if (inner) this.#icon(context, icon, rect.x + 17, rect.y + 33, 12, colour);
    context.fillStyle = inner ? colour : theme.muted;
    context.font = `12px ${theme.font}`;
    context.fillText(this.#cut(context, said, rect.width - 56 - labels), rect.x + 40, rect.y + 39);
  }

  #connections(context, scene, seen, detail, now) {
    const { theme, layout, doc, statuses } = scene;
    scene.flowing = false;
    const plain = new Path2D();
    const special = [];
    for (const connection of doc.connections) {
      const ends = scene.ends(connection);
      if (!ends) continue;
      const [from, to] = ends;
      const reach = Math.abs(to.x - from.x) + 80;
      const bounds = { x: Math.min(from.x, to.x) - reach / 2, y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x) + reach, height: Math.abs(to.y - from.y) + (turnsBack(from, to) ? card.height : 1) };
      if (!meets(bounds, seen)) continue;
      const selected = scene.isConnectionSelected(connection), hovered = scene.hoverConnection === connection;
      const source = statuses[connection.from], target = statuses[connection.to];
      const taken = source?.status === 'succeeded' && target && target.status !== 'skipped' && (!source.port || source.port === connection.port);
      const flowing = taken && (target.status === 'running' || target.status === 'queued');
      if (selected || hovered || taken || connection.port === 'error') special.push([connection, from, to, selected || hovered, taken, flowing]);
      else trace(plain, from, to, detail, scene.squared);
    }
    context.lineWidth = Math.max(1.5, 1 / scene.view.zoom);
    context.strokeStyle = theme.muted;
    context.stroke(plain);
    for (const [connection, from, to, strong, taken, flowing] of special) {
      const path = new Path2D();
      trace(path, from, to, detail, scene.squared);
      context.strokeStyle = strong ? theme.accent : taken ? theme.success : theme.danger;
      context.lineWidth = strong ? 2.5 : Math.max(1.5, 1 / scene.view.zoom);
      if (flowing) {
        scene.flowing = true;
        context.setLineDash([8, 6]);
        context.lineDashOffset = scene.reducedMotion ? 0 : -(now / 30) % 14;
      }
      context.stroke(path);
      context.setLineDash([]);
      if (!strong || detail === 0 || !scene.isConnectionSelected(connection)) continue;
      // What can be taken hold of to lead it elsewhere.
      dot(context, from, card.portRadius + 1, theme.accent, theme.accent);
      dot(context, to, card.portRadius + 1, theme.accent, theme.accent);
    }
  }

  /** @param at what knows where the ports are */
  #card(context, scene, step, rect, detail, now, at) {
    const { theme, catalog, statuses, problems } = scene;
    const kind = catalog.kind(step), hue = theme.kinds[kind] ?? theme.muted;
    const status = statuses[step.id], problem = problems[step.id];
    context.fillStyle = theme.surface;
    context.strokeStyle = status ? statusColour(theme, status.status) : problem ? theme.warning : theme.border;
    context.lineWidth = status ? 1.5 : 1;
    if (rect.folded) {
      box(context, { ...rect, x: rect.x + 5, y: rect.y + 5 }, 6);
      context.fill();
      context.stroke();
    }
    box(context, rect, 6);
    context.fill();
    context.stroke();
    context.fillStyle = hue;
    context.beginPath();
    context.roundRect(rect.x, rect.y, 3, rect.height, [6, 0, 0, 6]);
    context.fill();
    const ports = scene.layout.ports.get(step.id);
    const room = rect.width - 54 - Math.max(detail === 2 ? this.#labels(context, scene, ports) : 0, rect.folded ? 24 : 0);
    if (detail === 2) {
      this.#icon(context, kind, rect.x + 14, rect.y + 12, 18, hue);
      context.fillStyle = theme.text;
      context.font = `600 13px ${theme.font}`;
      context.fillText(this.#cut(context, step.name || step.id, room), rect.x + 40, rect.y + 21);
    } else {
      // From further away: the name alone, as large as the card has room for.
      const y = rect.y + rect.height / 2;
      this.#icon(context, status ? status.status : kind, rect.x + 14, y - 14, 28, status ? statusColour(theme, status.status) : hue);
      context.fillStyle = theme.text;
      context.font = `600 22px ${theme.font}`;
      const lines = this.#wrap(context, step.name || step.id, rect.width - 60, 2);
      lines.forEach((line, index) => context.fillText(line, rect.x + 50, y + (index - (lines.length - 1) / 2) * 26));
    }
    let moving = false;
    if (detail === 2) {
      context.fillStyle = theme.muted;
      context.font = `12px ${theme.font}`;
      const streamed = status?.text && status.status === 'running' ? status.text.slice(-60) : '';
      context.fillText(this.#cut(context, streamed || (rect.folded && scene.inside(step.id)) || catalog.summary(step) || catalog.title(step), room + 26), rect.x + 14, rect.y + 42);
      moving = this.#footer(context, scene, step, rect, room + 26, now);
    }
    if (rect.folded) this.#icon(context, 'closed', rect.x + rect.width - 28, rect.y + 9, 18, theme.muted);
    this.#ports(context, scene, step, detail, at);
    return moving;
  }

  #footer(context, scene, step, rect, room, now) {
    const { theme, catalog, statuses, problems } = scene;
    const status = statuses[step.id], problem = problems[step.id];
    const y = rect.y + 61;
    context.font = `11px ${theme.font}`;
    if (status) {
      const colour = statusColour(theme, status.status);
      const turning = status.status === 'running';
      context.save();
      context.translate(rect.x + 20, y);
      if (turning && !scene.reducedMotion) context.rotate((now / 700) % (2 * Math.PI));
      this.#icon(context, status.status, -6, -6, 12, colour);
      context.restore();
      context.fillStyle = colour;
      context.fillText(this.#cut(context, statusLine(status), room - 18), rect.x + 31, y);
      return turning;
    }
    if (problem) {
      this.#icon(context, 'problem', rect.x + 14, y - 6, 12, theme.warning);
      context.fillStyle = theme.warning;
      context.fillText(this.#cut(context, problem, room - 18), rect.x + 31, y);
    } else {
      context.fillStyle = theme.muted;
      context.fillText(this.#cut(context, catalog.title(step), room), rect.x + 14, y);
    }
    return false;
  }

  /** How much room the names of ports take. */
  #labels(context, { theme }, ports) {
    if (ports.length === 1 && ports[0] === 'out') return 0;
    context.font = `11px ${theme.font}`;
    return 16 + Math.max(...ports.map(port => Math.min(60, context.measureText(port).width)));
  }

  #ports(context, scene, step, detail, place = scene) {
    const { theme, layout, catalog } = scene;
    if (detail === 0) return;
    const ports = layout.ports.get(step.id);
    context.lineWidth = 1.5;
    if (catalog.hasInput(step)) {
      const at = place.input(step.id);
      const lit = scene.portAt?.id === step.id && scene.portAt.input, may = scene.welcome?.has(step.id);
      dot(context, at, lit || may ? card.portRadius + 2 : card.portRadius, lit ? theme.accent : theme.surface, lit || may ? theme.accent : theme.muted);
    }
    if (catalog.kind(step) === 'output') return;
    for (const port of ports) {
      const at = place.output(step.id, port);
      const lit = [scene.portAt, scene.portFocus].some(each => each?.id === step.id && each.port === port);
      const colour = port === 'error' ? theme.danger : theme.muted;
      dot(context, at, lit ? card.portRadius + 2 : card.portRadius, lit ? theme.accent : theme.surface, lit ? theme.accent : colour);
      if (detail === 2 && (ports.length > 1 || port !== 'out')) {
        context.fillStyle = colour;
        context.font = `11px ${theme.font}`;
        context.textAlign = 'right';
        context.fillText(this.#cut(context, port, 60), at.x - 10, at.y);
        context.textAlign = 'left';
      }
    }
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
    const label = this.#cut(context, name, 140), width = context.measureText(label).width + 12;
    box(context, { x: 12, y: 16, width, height: 18 }, 9);
    context.fill();
    context.fillStyle = '#0d1117';
    context.fillText(label, 18, 25.5);
    context.restore();
  }

  #icon(context, name, x, y, size, colour = null) {
    const scale = size / 24;
    context.save();
    context.translate(x, y);
    context.scale(scale, scale);
    if (colour) context.fillStyle = colour;
    context.fill(icon(name));
    context.restore();
  }

  #cut(context, text, room) {
    const key = `${context.font}\n${Math.round(room)}\n${text}`;
    let cut = this.#texts.get(key);
    if (cut !== undefined) return cut;
    cut = text;
    if (context.measureText(text).width > room) {
      let low = 0, high = text.length;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (context.measureText(text.slice(0, middle) + '…').width <= room) low = middle;
        else high = middle - 1;
      }
      cut = low > 0 ? text.slice(0, low).trimEnd() + '…' : '';
    }
    if (this.#texts.size > 8000) this.#texts.clear();
    this.#texts.set(key, cut);
    return cut;
  }

  /** As many lines as there is room for; the last one says when there is more. */
  #wrap(context, text, room, most) {
    const lines = [];
    for (const paragraph of text.slice(0, 2000).split('\n')) {
      let line = '';
      for (const word of paragraph.split(' ')) {
        const longer = line ? `${line} ${word}` : word;
        if (context.measureText(longer).width > room && line) {
          lines.push(line);
          line = word;
        } else {
          line = longer;
        }
        if (lines.length >= most) break;
      }
      lines.push(line);
      if (lines.length > most) break;
    }
    if (lines.length > most && most > 0) lines[most - 1] += ' …';
    return lines.slice(0, Math.max(0, most)).map(line => this.#cut(context, line, room));
  }
}

export const statusLine = status => {
  const parts = [words[status.status] ?? status.status];
  if (status.milliseconds != null) parts.push(duration(status.milliseconds));
  if (status.attempt > 1) parts.push(`attempt ${status.attempt}`);
  if (status.items) parts.push(status.items);
  if (status.cost) parts.push(status.cost);
  if (status.error) parts.push(status.error);
  return parts.join(' · ');
};

/** A note's Markdown without its marks: the canvas draws text of one weight. */
const unmarked = text => text.replace(/\*\*|__|`/g, '').replace(/^#+ /gm, '');

const duration = milliseconds => milliseconds < 1000 ? `${Math.round(milliseconds)} ms`
  : milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.floor(milliseconds / 60_000)} min ${Math.round(milliseconds / 1000) % 60} s`;

const statusColour = (theme, status) =>
  ({ running: theme.info, queued: theme.muted, waiting: theme.warning, succeeded: theme.success, failed: theme.danger, unknown: theme.warning })[status] ?? theme.muted;

const box = (context, rect, radius) => {
  context.beginPath();
  context.roundRect(rect.x, rect.y, rect.width, rect.height, radius);
};

const rounding = (places, at, most) => Math.min(most, ...[at, at + 1].map(next =>
  (Math.abs(places[next].x - places[next - 1].x) + Math.abs(places[next].y - places[next - 1].y)) / 2));

const dot = (context, at, radius, fill, stroke) => {
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = stroke;
  context.stroke();
};

const trace = (path, from, to, detail, squared) => {
  path.moveTo(from.x, from.y);
  if (detail === 0) {
    path.lineTo(to.x, to.y);
  } else if (squared || turnsBack(from, to)) {
    const places = corners(from, to), round = squared ? 8 : 20;
    for (let at = 1; at < places.length - 1; at++) path.arcTo(places[at].x, places[at].y, places[at + 1].x, places[at + 1].y, rounding(places, at, round));
    path.lineTo(to.x, to.y);
  }
  else path.bezierCurveTo(...curve(from, to), to.x, to.y);
};

