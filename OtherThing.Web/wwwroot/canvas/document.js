// The browser's copy of a flow document: the same edits as on the server, at the same places. Steps and notes are never changed in place, so a clone is cheap.

export class FlowDoc {
  constructor(definition) {
    this.steps = new Map((definition?.steps ?? []).map(step => [step.id, step]));
    this.connections = [...(definition?.connections ?? [])];
    this.notes = new Map((definition?.notes ?? []).map(note => [note.id, note]));
    this.version = 0;
  }

  clone() {
    const copy = new FlowDoc();
    copy.steps = new Map(this.steps);
    copy.connections = [...this.connections];
    copy.notes = new Map(this.notes);
    copy.version = this.version + 1;
    return copy;
  }

  /** Applies one edit; what does not fit (its step is gone) is left out, as the server does for undo. */
  apply(edit) {
    this.version++;
    switch (edit.op) {
      case 'add':
        if (!this.steps.has(edit.step.id)) this.steps = placed(this.steps, edit.step.id, edit.step, edit.at);
        break;
      case 'delete': this.#delete(edit.id); break;
      case 'move': this.#change(edit.id, step => ({ ...step, position: { x: edit.x, y: edit.y } })); break;
      case 'nest': this.#change(edit.id, step => ({ ...step, parent: edit.parent ?? null })); break;
      case 'rename': this.#change(edit.id, step => ({ ...step, name: edit.name ?? null })); break;
      case 'configure':
        this.#change(edit.id, step => ({ ...step, config: configured(step.config, edit.field, edit.value, edit.at) }));
        break;
      case 'clear':
        this.#change(edit.id, step => {
          const { [edit.field]: _, ...config } = step.config;
          return { ...step, config };
        });
        break;
      case 'set': this.#change(edit.id, step => ({ ...step, [camel(edit.field)]: edit.value })); break;
      case 'connect':
        if (!this.connections.some(known => same(known, edit))) {
          this.connections.splice(edit.at ?? this.connections.length, 0, { from: edit.from, port: edit.port, to: edit.to });
        }
        break;
      case 'disconnect': this.connections = this.connections.filter(known => !same(known, edit)); break;
      case 'note':
        this.notes = this.notes.has(edit.note.id) ? this.notes.set(edit.note.id, edit.note) : placed(this.notes, edit.note.id, edit.note, edit.at);
        break;
      case 'unnote': this.notes.delete(edit.id); break;
      case 'batch': edit.edits.forEach(part => this.apply(part)); break;
    }
  }

  childrenOf(id) {
    return [...this.steps.values()].filter(step => step.parent === id);
  }

  /** The steps of the set and everything inside them. */
  withDescendants(ids) {
    const all = new Set(ids);
    let size;
    do {
      size = all.size;
      for (const step of this.steps.values()) {
        if (step.parent && all.has(step.parent)) all.add(step.id);
      }
    } while (all.size > size);
    return all;
  }

  /** Those of the steps that no other of them holds, at whatever depth. */
  roots(ids) {
    const all = this.withDescendants(ids);
    return ids.filter(id => !all.has(this.steps.get(id)?.parent));
  }

  freeId(type, taken = new Set()) {
    const stem = (type.split('.').pop() || 'step').replace(/[^A-Za-z0-9_]/g, '').replace(/^[^A-Za-z]+/, '') || 'step';
    for (let number = 1; ; number++) {
      const id = number === 1 ? stem : stem + number;
      if (!this.steps.has(id) && !taken.has(id)) return id;
    }
  }

  freeNoteId() {
    for (let number = 1; ; number++) {
      if (!this.notes.has('note' + number)) return 'note' + number;
    }
  }

  /** Why a connection may not be made, in words; null when it may. The server asks the same again. */
  whyNotConnect(catalog, from, port, to) {
    const source = this.steps.get(from), target = this.steps.get(to);
    if (!source || !target) return 'That step is gone.';
    if (from === to) return 'A step cannot follow itself.';
    if (catalog.type(target.type)?.isTrigger) return 'A trigger starts the run, so nothing can lead into it.';
    if ((source.parent ?? null) !== (target.parent ?? null)) return 'Both steps must be in the same container.';
    if (this.connections.some(known => same(known, { from, port, to }))) return 'They are connected already.';
    if (this.#leads(to, from)) return 'That would close a circle; use a loop step to repeat.';
    return null;
  }

  /** The steps that may follow a port: what a connection being drawn can be dropped on. */
  followers(catalog, from, port) {
    const before = new Set([from]), open = [from], into = new Map();
    for (const { from: source, to } of this.connections) (into.get(to) ?? into.set(to, []).get(to)).push(source);
    while (open.length) for (const source of into.get(open.pop()) ?? []) if (!before.has(source)) { before.add(source); open.push(source); }
    const parent = this.steps.get(from)?.parent ?? null;
    const known = new Set(this.connections.filter(each => each.from === from && each.port === port).map(each => each.to));
    return new Set([...this.steps.values()]
      .filter(step => catalog.hasInput(step) && (step.parent ?? null) === parent && !before.has(step.id) && !known.has(step.id)).map(step => step.id));
  }

  without(connection) {
    const copy = this.clone();
    copy.connections = this.connections.filter(known => !same(known, connection));
    return copy;
  }

  #leads(from, to) {
    const next = new Map();
    for (const connection of this.connections) {
      if (!next.has(connection.from)) next.set(connection.from, []);
      next.get(connection.from).push(connection.to);
    }
    const seen = new Set([from]), open = [from];
    while (open.length) {
      const id = open.pop();
      if (id === to) return true;
      for (const follower of next.get(id) ?? []) {
        if (!seen.has(follower)) { seen.add(follower); open.push(follower); }
      }
    }
    return false;
  }

  #delete(id) {
    if (!this.steps.has(id)) return;
    const gone = this.withDescendants([id]);
    gone.forEach(each => this.steps.delete(each));
    this.connections = this.connections.filter(known => !gone.has(known.from) && !gone.has(known.to));
  }

  #change(id, change) {
    const step = this.steps.get(id);
    if (step) this.steps.set(id, change(step));
  }
}

export const same = (a, b) => a.from === b.from && a.port === b.port && a.to === b.to;

export const keyOf = connection => `${connection.from}\n${connection.port}\n${connection.to}`;

/** The map with one more entry at a place; at the end when none is named. */
const placed = (map, key, value, at) => {
  if (at === undefined || at === null || at >= map.size) return map.set(key, value);
  const entries = [...map];
  entries.splice(at, 0, [key, value]);
  return new Map(entries);
};

const configured = (config, field, value, at) => {
  if (at === undefined || at === null || field in config) return { ...config, [field]: value };
  const entries = Object.entries(config);
  entries.splice(at, 0, [field, value]);
  return Object.fromEntries(entries);
};

const camel = name => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
