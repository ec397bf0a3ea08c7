// Every act by keyboard. Listens on the canvas only, so that fields beside it keep their keys.

import { card } from './geometry.js';
import { copyText } from './clipboard.js';
import { nestSelected, nextConnection, nextPort } from './walk.js';

const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Keyboard {
  #canvas;
  #nudge = null;

  constructor(canvas, signal) {
    this.#canvas = canvas;
    const { host } = canvas, options = { signal };
    host.addEventListener('keydown', event => this.#down(event), options);
    host.addEventListener('keyup', event => { if (event.key in arrows) this.#settle(); }, options);
    host.addEventListener('blur', () => this.#settle(), options);
    for (const type of ['copy', 'cut', 'paste']) document.addEventListener(type, event => this.#clip(event), options);
  }

  #down(event) {
    const canvas = this.#canvas;
    if (event.target !== canvas.host) return;
    const command = event.ctrlKey || event.metaKey;
    const act = command ? this.#commands(event) : this.#keys(event);
    if (act === undefined) return;
    event.preventDefault();
    act?.();
  }

  #commands(event) {
    const canvas = this.#canvas;
    if (event.key in arrows && [...canvas.scene.selection][0]?.startsWith('note:')) {
      const [x, y] = arrows[event.key];
      return () => canvas.resizeNote(x * card.grid, y * card.grid);
    }
    switch (event.key.toLowerCase()) {
      case 'enter': return () => canvas.run();
      case 'a': return () => canvas.selectAll();
      case 'd': return () => canvas.duplicate();
      case 'z': return () => event.shiftKey ? canvas.redo() : canvas.undo();
      case 'y': return () => canvas.redo();
      default: return undefined;
    }
  }

  #keys(event) {
    const canvas = this.#canvas, { scene } = canvas;
    if (event.altKey && !(event.key in arrows)) return undefined;
    if (event.key in arrows) return () => this.#arrow(event);
    switch (event.key) {
      // At a port Tab adds the step behind it; elsewhere it goes on, and leaves the canvas after the last step.
      case 'Tab':
        return !event.shiftKey && (scene.portFocus || scene.portAt?.port) ? () => canvas.addBeside()
          : canvas.focusNext(event.shiftKey ? -1 : 1) ? null : undefined;
      case 'Enter': return scene.selection.size ? () => canvas.open([...scene.selection][0]) : undefined;
      case 'Home': return () => canvas.selectEnd(false);
      case 'End': return () => canvas.selectEnd(true);
      case 'Delete':
      case 'Backspace': return () => canvas.deleteSelection();
      case 'Escape': return () => canvas.escape();
      case '/':
      case 'n': return () => canvas.addBeside();
      case 'c': return () => canvas.connectSelected();
      case 'p': return () => nextPort(canvas);
      case 'l': return () => nextConnection(canvas);
      case 'i': return () => nestSelected(canvas);
      case 'e': return () => canvas.fold();
      case 't': return canvas.readOnly ? undefined : () => canvas.tidy();
      case '?': return () => canvas.help();
      case '+':
      case '=': return () => canvas.zoomBy(1.25);
      case '-': return () => canvas.zoomBy(0.8);
      case '0': return () => canvas.zoomTo(1);
      case '1': return () => canvas.fit();
      case ' ': return null;
      default: return undefined;
    }
  }

  #arrow(event) {
    const canvas = this.#canvas, { scene } = canvas;
    const [x, y] = arrows[event.key], by = event.altKey ? 1 : event.shiftKey ? 4 * card.grid : card.grid;
    if (!scene.selection.size || canvas.readOnly) {
      scene.view.pan(-x * 64, -y * 64);
      canvas.viewChanged();
      return;
    }
    this.#nudge ??= { dx: 0, dy: 0 };
    this.#nudge.dx += x * by;
    this.#nudge.dy += y * by;
    scene.moving = new Set([...scene.doc.withDescendants(scene.selectedSteps), ...[...scene.selection].filter(id => id.startsWith('note:'))]);
    scene.offset = { ...this.#nudge };
    canvas.invalidate();
  }

  /** The keys are up: however often an arrow repeated, it was one move. */
  #settle() {
    const nudge = this.#nudge, canvas = this.#canvas;
    if (!nudge) return;
    this.#nudge = null;
    canvas.moveSelection(nudge.dx, nudge.dy);
  }

  #clip(event) {
    const canvas = this.#canvas;
    if (document.activeElement !== canvas.host || canvas.quickAdd.isOpen) return;
    if (event.type === 'paste') {
      if (canvas.readOnly) return;
      const text = event.clipboardData?.getData('text/plain') ?? '';
      event.preventDefault();
      canvas.paste(text);
      return;
    }
    const text = copyText(canvas.scene.doc, canvas.scene.selection);
    if (!text) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
    if (event.type === 'cut') canvas.deleteSelection();
    else canvas.announce(`${canvas.scene.selection.size} copied.`);
  }
}
