// The browser side of the flow canvas: draws and drags here, sends one small message per act.

import { Canvas } from '../../canvas/canvas.js';

export const mount = (root, server, options) => {
  const part = name => root.querySelector(`[data-part="${name}"]`);
  const canvas = new Canvas({
    root: root.closest('[data-flow-editor]') ?? root,
    host: part('host'), surface: part('surface'), minimap: part('minimap'), live: part('live'), tip: part('tip'), toast: part('toast'),
    empty: part('empty'), zoom: part('zoom'), help: part('help'),
  }, server, options);
  return {
    load: async (stream, sequence, session, stored, acts) => {
      const [definition, unstored] = await Promise.all([text(stream), text(acts)]);
      canvas.load(JSON.parse(definition), sequence, session, stored, JSON.parse(unstored));
    },
    receive: events => canvas.sync.receive(events),
    receiveLarge: async stream => canvas.sync.receive(JSON.parse(await text(stream))),
    statuses: statuses => canvas.setStatuses(statuses),
    problems: problems => canvas.setProblems(problems),
    kept: sequence => canvas.sync.kept(sequence),
    people: people => canvas.people.set(people),
    cursors: cursors => canvas.people.move(cursors),
    say: message => canvas.say(message),
    select: (ids, reveal) => canvas.selectOnly(ids, reveal),
    focus: () => canvas.host.focus(),
    dispose: () => canvas.dispose(),
  };
};

const text = async stream => new TextDecoder().decode(await stream.arrayBuffer());
