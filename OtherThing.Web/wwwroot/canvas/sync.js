// Edits are applied here at once and sent one act at a time; the server's order is the truth.
// base: what the server has said so far. doc: base and our acts it has not said yet, which is what the person sees.

import { FlowDoc } from './document.js';

const largeMessage = 16_000;

export class Sync {
  #server;
  #changed;
  #refused;
  #key;
  #base = new FlowDoc();
  #pending = [];
  #sending = false;
  #closed = false;
  #sequence = 0;
  doc = new FlowDoc();

  /**
   * @param server  the .NET component
   * @param key     where unsent acts wait in the browser's storage, so that a lost circuit loses nothing
   * @param changed called with the new document
   * @param refused called with a sentence when the server refuses an act
   */
  constructor(server, key, changed, refused) {
    this.#server = server;
    this.#key = key;
    this.#changed = changed;
    this.#refused = refused;
  }

  get unsaved() { return this.#pending.length; }

  load(definition, sequence) {
    this.#base = new FlowDoc(definition);
    this.#sequence = sequence;
    this.#pending = this.#pending.filter(act => !act.sent);
    for (const act of this.#restore()) {
      if (!this.#pending.some(known => known.id === act.id)) this.#pending.push(act);
    }
    this.#rebuild();
    this.#send();
  }

  push(edits, selection = null) {
    if (!edits.length || this.#closed) return;
    this.#pending.push({ id: crypto.randomUUID?.() ?? String(Math.random()).slice(2) + Date.now(), edits, selection });
    edits.forEach(edit => this.doc.apply(edit));
    this.#store();
    this.#changed(this.doc);
    this.#send();
  }

  /** What the server has applied, in its order: ours and other people's. */
  receive(events) {
    let rebuild = false;
    for (const event of events) {
      if (event.sequence <= this.#sequence) continue;
      this.#sequence = event.sequence;
      event.edits.forEach(edit => this.#base.apply(edit));
      const at = this.#pending.findIndex(act => act.id === event.id);
      if (at === 0 && this.#pending.length === 1) this.#pending = [];
      else if (at >= 0) { this.#pending.splice(at, 1); rebuild = true; }
      else if (this.#pending.length) rebuild = true;
      else event.edits.forEach(edit => this.doc.apply(edit));
    }
    rebuild = this.#settle() || rebuild;
    this.#store();
    if (rebuild) this.#rebuild();
    else this.#changed(this.doc);
    this.#send();
  }

  /** Forgets acts that the server had applied before: it says them once only, and we may have read them in a snapshot. */
  #settle() {
    const before = this.#pending.length;
    this.#pending = this.#pending.filter(act => !act.sent || act.sequence > this.#sequence);
    return this.#pending.length < before;
  }

  close() { this.#closed = true; }

  async #send() {
    if (this.#sending || this.#closed) return;
    this.#sending = true;
    for (let wait = 250; !this.#closed;) {
      const act = this.#pending.find(each => !each.sent);
      if (!act) break;
      try {
        const answer = await this.#deliver(act);
        Object.assign(act, { sent: true, sequence: answer.sequence });
        wait = 250;
        if (!answer.ok) {
          const again = answer.code === 'flow.step_exists' && !act.renumbered && this.#renumber(act);
          this.#pending = this.#pending.flatMap(each => each !== act ? [each] : again ? [again] : []);
          this.#store();
          this.#rebuild();
          if (!again) this.#refused(answer.message);
        } else if (this.#settle()) {
          this.#store();
          this.#rebuild();
        }
      } catch {
        // The line is down: the act stays, the server knows it by its id if it arrived after all.
        await new Promise(resolve => setTimeout(resolve, wait));
        wait = Math.min(5000, wait * 2);
      }
    }
    this.#sending = false;
  }

  #deliver(act) {
    const json = JSON.stringify(act.edits);
    if (json.length < largeMessage) return this.#server.invokeMethodAsync('ApplyAsync', act.id, json, act.selection);
    const stream = globalThis.DotNet.createJSStreamReference(new TextEncoder().encode(json));
    return this.#server.invokeMethodAsync('ApplyLargeAsync', act.id, stream, act.selection);
  }

  /** Somebody else took the id of a step we added a moment earlier: ours gets another, and what refers to it follows. */
  #renumber(act) {
    const added = act.edits.filter(edit => edit.op === 'add').map(edit => edit.step);
    const clashing = added.filter(step => this.#base.steps.has(step.id));
    const taken = new Set(added.map(step => step.id)), ids = new Map();
    for (const step of clashing.length ? clashing : added) {
      const id = this.doc.freeId(step.type, taken);
      taken.add(id);
      ids.set(step.id, id);
    }
    if (!ids.size) return null;
    const other = id => ids.get(id) ?? id;
    return {
      id: act.id.slice(0, 48) + '-again',
      renumbered: true,
      selection: act.selection?.map(other) ?? null,
      edits: act.edits.map(edit => ({
        ...edit,
        ...(edit.step && { step: { ...edit.step, id: other(edit.step.id), parent: other(edit.step.parent) } }),
        ...(edit.op === 'connect' && { from: other(edit.from), to: other(edit.to) }),
      })),
    };
  }

  #rebuild() {
    const doc = this.#base.clone();
    doc.version = this.doc.version + 1;
    for (const act of this.#pending) act.edits.forEach(edit => doc.apply(edit));
    this.doc = doc;
    this.#changed(doc);
  }

  #store() {
    try {
      if (this.#pending.length) sessionStorage.setItem(this.#key, JSON.stringify(this.#pending.map(({ id, edits }) => ({ id, edits }))));
      else sessionStorage.removeItem(this.#key);
    } catch {
      // Storage may be full or forbidden; the acts are still in memory.
    }
  }

  #restore() {
    try {
      const acts = JSON.parse(sessionStorage.getItem(this.#key) ?? '[]');
      return Array.isArray(acts) ? acts.filter(act => typeof act?.id === 'string' && Array.isArray(act.edits)) : [];
    } catch {
      return [];
    }
  }
}
