// What a screen reader hears of acts and selections.

/** What an act did, in words. */
export const describeEdits = (edits, name) => {
  const steps = edits.filter(edit => edit.op === 'add'), { op, id } = edits.length === 1 ? edits[0] : {};
  if (steps.length === 1) return `${steps[0].step.name || steps[0].step.id} added${edits.some(edit => edit.op === 'connect') ? ' and connected' : ''}.`;
  if (op === 'move') return `${name(id)} moved to ${edits[0].x}, ${edits[0].y}.`;
  if (op === 'connect') return `${name(edits[0].from)} connected to ${name(edits[0].to)}.`;
  const count = op => edits.filter(edit => edit.op === op).length;
  const said = [['add', 'added'], ['delete', 'deleted'], ['move', 'moved'], ['connect', 'connected'], ['disconnect', 'disconnected']]
    .filter(([op]) => count(op)).map(([op, word]) => `${count(op)} ${word}`);
  return said.length ? said.join(', ') + '.' : '';
};

/** What is selected, in words. */
export const describeSelection = scene => {
  const ids = [...scene.selection];
  if (!ids.length) return 'Nothing selected.';
  if (ids.length > 1) return `${ids.length} selected.`;
  const step = scene.doc.steps.get(ids[0]);
  if (!step) return 'Note selected.';
  const next = scene.doc.connections.filter(each => each.from === step.id).map(each => scene.doc.steps.get(each.to)?.name || each.to);
  return `${step.name || step.id}, ${scene.catalog.title(step)}. ${next.length ? 'Leads to ' + next.join(', ') : 'Leads nowhere'}.`
    + (scene.problems[step.id] ? ` ${scene.problems[step.id]}` : '');
};
