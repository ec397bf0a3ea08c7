// The browser side of the flow canvas: draws and drags here, sends one small message per act.

import { Canvas } from '../../../canvas/canvas.js';

/** The element draws the document it came with as soon as it is on the page; the server calls `mount` a few messages later. */
class FlowCanvasElement extends HTMLElement {
  connectedCallback() { queueMicrotask(() => this.#draw()); } // its parts are put into it after itself

  #draw() {
    const { first } = this.dataset;
    if (!first || this.canvas || !this.isConnected) return;
    delete this.dataset.first;
    const { options, definition, sequence, session, saved, unsaved } = JSON.parse(first);
    this.server = later();
    this.canvas = canvasOf(this, this.server.proxy, options);
    this.canvas.load(definition, sequence, session, saved, unsaved);
  }
}

if (!customElements.get('flow-canvas')) customElements.define('flow-canvas', FlowCanvasElement);

export const mount = (root, server, options) => {
  if (root.server) root.server.arrive(server);
  const canvas = root.canvas ??= canvasOf(root, server, options);
  return {
    load: async (stream, sequence, session, stored, acts) => {
      const [definition, unstored] = await Promise.all([text(stream), text(acts)]);
      canvas.load(JSON.parse(definition), sequence, session, stored, JSON.parse(unstored));
    },
    receive: events => canvas.sync.receive(events),
    receiveLarge: async stream => canvas.sync.receive(JSON.parse(await text(stream))),
    states: said => canvas.setStates(said),
    problems: problems => canvas.setProblems(problems),
    begin: configs => canvas.scene.catalog.begin(configs),
    kept: sequence => canvas.sync.kept(sequence),
    people: people => canvas.people.set(people),
    cursors: cursors => canvas.people.move(cursors),
    say: message => canvas.say(message),
    select: (ids, reveal) => canvas.selectOnly(ids, reveal),
    focus: () => canvas.host.focus(),
    dispose: () => canvas.dispose(),
  };
};

const canvasOf = (root, server, options) => {
  const part = name => root.querySelector(`[data-part="${name}"]`);
  return new Canvas({
    root: root.closest('[data-flow-editor]') ?? root,
    host: part('host'), surface: part('surface'), minimap: part('minimap'), live: part('live'), tip: part('tip'), toast: part('toast'),
    empty: part('empty'), zoom: part('zoom'), help: part('help'),
  }, server, options);
};

/** A server that cannot be called yet: what is asked of it waits until it arrives. */
const later = () => {
  let arrive;
  const arrived = new Promise(done => { arrive = done; });
  return { arrive, proxy: { invokeMethodAsync: async (...call) => (await arrived).invokeMethodAsync(...call) } };
};

const text = async stream => new TextDecoder().decode(await stream.arrayBuffer());
