// What stands on the canvas: cards, containers and notes.

import { card, meets, noteRect } from '../geometry.js';
import { box, dot, paintIcon, statusColour } from './strokes.js';
import { statusLine } from '../states.js';
import { edge, unmarked } from './texts.js';

export class Cards {
  #texts;

  constructor(texts) { this.#texts = texts; }

  note(context, scene, note, seen, detail) {
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
    const lines = this.#texts.wrap(context, unmarked(note.text ?? ''), rect.width - 24, Math.floor((rect.height - 12) / step));
    lines.forEach((line, index) => context.fillText(line, rect.x + 12, rect.y + 6 + step * (index + 0.7)));
  }

  container(context, scene, id, seen, detail) {
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
    paintIcon(context, 'open', rect.x + rect.width - 30 - labels, rect.y + 9, 18, theme.muted);
    context.fillStyle = theme.text;
    if (detail === 1) {
      paintIcon(context, status ? icon : catalog.icon(step), rect.x + 14, rect.y + 12, 28, status ? colour : hue);
      context.fillStyle = theme.text;
      context.font = `600 22px ${theme.font}`;
      context.fillText(this.#texts.cut(context, step.name || step.id, rect.width - 94), rect.x + 50, rect.y + 27);
      return;
    }
    paintIcon(context, catalog.icon(step), rect.x + 14, rect.y + 9, 18, hue);
    context.fillStyle = theme.text;
    context.font = `600 13px ${theme.font}`;
    context.fillText(this.#texts.cut(context, step.name || step.id, rect.width - 80 - labels), rect.x + 40, rect.y + 18);
    const inner = status || problem;
    const said = status ? statusLine(status) : problem || [catalog.title(step), catalog.summary(step)].filter(part => part).join(' · ');
    if (inner) paintIcon(context, icon, rect.x + 17, rect.y + 33, 12, colour);
    context.fillStyle = inner ? colour : theme.muted;
    context.font = `12px ${theme.font}`;
    context.fillText(this.#texts.cut(context, said, rect.width - 56 - labels), rect.x + 40, rect.y + 39);
  }

  /** @param at what knows where the ports are */
  card(context, scene, step, rect, detail, now, at) {
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
      paintIcon(context, scene.catalog.icon(step), rect.x + 14, rect.y + 12, 18, hue);
      context.fillStyle = theme.text;
      context.font = `600 13px ${theme.font}`;
      context.fillText(this.#texts.cut(context, step.name || step.id, room), rect.x + 40, rect.y + 21);
    } else {
      // From further away: the name alone, as large as the card has room for.
      const y = rect.y + rect.height / 2;
      paintIcon(context, status ? status.status : scene.catalog.icon(step), rect.x + 14, y - 14, 28, status ? statusColour(theme, status.status) : hue);
      context.fillStyle = theme.text;
      context.font = `600 22px ${theme.font}`;
      const lines = this.#texts.wrap(context, step.name || step.id, rect.width - 60, 2);
      lines.forEach((line, index) => context.fillText(line, rect.x + 50, y + (index - (lines.length - 1) / 2) * 26));
    }
    let moving = false;
    if (detail === 2) {
      context.fillStyle = theme.muted;
      context.font = `12px ${theme.font}`;
      const streamed = status?.text && status.status === 'running' ? status.text.slice(edge(status.text, status.text.length - 60)) : '';
      const line = streamed || (rect.folded && scene.inside(step.id)) || catalog.summary(step) || catalog.title(step);
      context.fillText(this.#texts.cut(context, line, room + 26), rect.x + 14, rect.y + 42);
      moving = this.#footer(context, scene, step, rect, room + 26, now);
    }
    if (rect.folded) paintIcon(context, 'closed', rect.x + rect.width - 28, rect.y + 9, 18, theme.muted);
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
      paintIcon(context, status.status, -6, -6, 12, colour);
      context.restore();
      context.fillStyle = colour;
      context.fillText(this.#texts.cut(context, statusLine(status), room - 18), rect.x + 31, y);
      return turning;
    }
    if (problem) {
      paintIcon(context, 'problem', rect.x + 14, y - 6, 12, theme.warning);
      context.fillStyle = theme.warning;
      context.fillText(this.#texts.cut(context, problem, room - 18), rect.x + 31, y);
    } else {
      context.fillStyle = theme.muted;
      context.fillText(this.#texts.cut(context, catalog.title(step), room), rect.x + 14, y);
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
        context.fillText(this.#texts.cut(context, port, 60), at.x - 10, at.y);
        context.textAlign = 'left';
      }
    }
  }
}
