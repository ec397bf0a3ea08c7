// Edits are applied here at once and sent in their order; the server's order is the truth.
// base: what the server has said so far. doc: base and our acts it has not said yet, which is what the person sees.
// Every act keeps its id until the server says that it is stored, so a lost line, a reload or a restart of the server loses none
// and doubles none: it is sent again, and the server knows it by its id.

import { renamed } from './clipboard.js';
import { FlowDoc } from './document.js';

// In characters; the server takes messages of 128 KB, and a character may be three bytes of them.
const largeMessage = 16_000, patience = 10_000, gapPatience = 600, askAgain = 3000;

export class Sync {
  #server;
  #changed;
  #refused;
  #key;
  #base = new FlowDoc();
  #session = null;
  #sequence = -1;
  #pending = [];
  #unstored = [];
  #stored = -1;
  #early = new Map();
  #gapTimer = 0;
  #sending = false;
  #closed = false;
  #asking = false;
  #lastAct = null;
  #wake = () => {};
  doc = new FlowDoc();

  /**
   * @param server  the .NET component
   * @param key     where acts wait in the browser's storage, so that a lost circuit loses nothing; null where none can be
   * @param changed called with the new document
   * @param refused called with a sentence when the server refuses an act
   */
  constructor(server, key, changed, refused) {
    this.#server = server;
    this.#key = key;
    this.#changed = changed;
    this.#refused = refused;
    this.#restore();
  }

  get unsaved() { return this.#pending.length; }

  get sequence() { return this.#sequence; }

  /** The name of the last act the server took from us. */
  get lastAct() { return this.#lastAct; }

  /**
   * The document as the server has it now; one that is older than what we have heard changes nothing.
   * @param unstored our acts in it that are not stored: of what was undone or done in a panel the server alone knows the edits,
   *                 and it does not say them once more
   */
  load(definition, sequence, session, stored, unstored) {
    if (session !== this.#session) {
      // Another session counts anew. What the last one took from us and had not stored may be gone: it is said again.
      this.#pending = [...this.#unstored.map(act => ({ id: act.id, kind: 'again', edits: act.edits })), ...this.#pending];
      this.#unstored = [];
      this.#stored = -1;
      this.#session = session;
      this.#sequence = -1;
    }
    if (sequence > this.#sequence) {
      this.#sequence = sequence;
      this.#base = new FlowDoc(definition);
      this.#settle();
      this.#takeEarly();
    }
    const known = new Set(this.#unstored.map(act => act.id)), heard = new Set(unstored.map(act => act.id));
    this.#pending = this.#pending.filter(act => !heard.has(act.id));
    unstored.filter(act => !known.has(act.id)).forEach(act => this.#remember(act));
    this.kept(stored);
    this.#store();
    this.#rebuild();
    this.#send();
  }

  push(edits, selection = null) {
    if (edits.length) this.#add({ id: newId(), kind: 'edit', edits, selection, basedOn: this.#sequence });
  }

  /** Undo and redo wait their turn behind the acts before them. */
  ask(kind) { this.#add({ id: newId(), kind }); }

  /** What the server has applied, in its order: ours and other people's. */
  receive(events) {
    let rebuild = false;
    for (const event of events) {
      if (event.sequence <= this.#sequence) continue;
      if (this.#sequence < 0 || event.sequence !== this.#sequence + 1) this.#early.set(event.sequence, event);
      else rebuild = this.#take(event) || rebuild;
    }
    rebuild = this.#takeEarly() || rebuild;
    rebuild = this.#settle() || rebuild;
    this.#store();
    if (rebuild) this.#rebuild();
    else this.#changed(this.doc);
    this.#mindTheGap();
  }

  /** Acts up to this one are stored: they need not be said again. */
  kept(sequence) {
    this.#stored = Math.max(this.#stored, sequence);
    const before = this.#unstored.length;
    this.#unstored = this.#unstored.filter(act => act.sequence > sequence);
    if (this.#unstored.length < before) this.#store();
  }

  /** The line is back, or something was missed: what is unanswered goes again, and the server says where it is. */
  async resync() {
    if (this.#asking || this.#closed) return;
    this.#asking = true;
    this.#wake();
    for (let answered = false; !answered && !this.#closed;) {
      const ask = this.#server.invokeMethodAsync('ResyncAsync', this.#session, this.#sequence).then(() => true);
      answered = await Promise.race([ask, pause(askAgain).then(() => false)]).catch(() => pause(askAgain).then(() => false));
    }
    this.#asking = false;
    this.#mindTheGap();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#gapTimer);
    this.#wake();
  }

  #add(act) {
    if (this.#closed) return;
    this.#pending.push(act);
    act.edits?.forEach(edit => this.doc.apply(edit));
    this.#store();
    this.#changed(this.doc);
    this.#send();
  }

  /** One act of the server's; answers whether the document has to be built anew from base. */
  #take(event) {
    this.#sequence = event.sequence;
    event.edits.forEach(edit => this.#base.apply(edit));
    const waiting = this.#pending.length, at = this.#pending.findIndex(act => act.id === event.id);
    if (event.own) this.#lastAct = event.id;
    if (event.own || at >= 0) this.#remember(event);
    if (at >= 0) this.#pending.splice(at, 1);
    if (waiting) return true;
    event.edits.forEach(edit => this.doc.apply(edit));
    return false;
  }

  #takeEarly() {
    let rebuild = false;
    for (let event; (event = this.#early.get(this.#sequence + 1)); ) rebuild = this.#take(event) || rebuild;
    for (const sequence of this.#early.keys()) if (sequence <= this.#sequence) this.#early.delete(sequence);
    return rebuild;
  }

  /** What is missing may still be on its way in a larger message; when it does not come, it is asked for. */
  #mindTheGap() {
    const behind = () => this.#early.size > 0 || this.#pending.some(act => act.sequence > this.#sequence);
    if (this.#gapTimer || this.#closed || !behind()) return;
    this.#gapTimer = setTimeout(() => {
      this.#gapTimer = 0;
      if (behind()) this.resync();
    }, gapPatience);
  }

  /** Forgets acts that are in base already: the server says an act once only, and we may have read it in a snapshot. */
  #settle() {
    const settled = this.#pending.filter(act => act.sequence <= this.#sequence);
    if (!settled.length) return false;
    this.#pending = this.#pending.filter(act => !settled.includes(act));
    settled.filter(act => act.edits).forEach(act => this.#remember(act));
    return true;
  }

  /** Kept until it is stored; the word that it is may come before the act itself, which can be on its way in a larger message. */
  #remember({ id, sequence, edits }) {
    if (sequence > this.#stored) this.#unstored.push({ id, sequence, edits });
  }

  async #send() {
    if (this.#sending || this.#closed || this.#sequence < 0) return;
    this.#sending = true;
    for (let wait = 250; !this.#closed;) {
      const acts = this.#next();
      if (!acts.length) break;
      try {
        this.#heard(acts, await this.#within(this.#deliver(acts)));
        wait = 250;
      } catch {
        // The line is down: the acts stay, the server knows them by their ids if they arrived after all.
        await new Promise(resolve => {
          const timer = setTimeout(resolve, wait);
          this.#wake = () => { clearTimeout(timer); resolve(); };
        });
        wait = Math.min(4000, wait * 2);
      }
    }
    this.#sending = false;
  }

  /** As many unsent acts as make one small message; a large act goes alone. */
  #next() {
    const acts = [];
    let size = 0;
    for (const act of this.#pending) {
      if (act.sequence !== undefined) continue;
      size += act.size ??= act.edits ? JSON.stringify(act.edits).length : 50;
      if (acts.length && (size > largeMessage || acts.length >= 200)) break;
      acts.push(act);
    }
    return acts;
  }

  #deliver(acts) {
    const json = JSON.stringify(acts.map(({ id, kind, edits, selection, basedOn }) => ({ id, kind, edits, selection, basedOn })));
    if (json.length < 1.5 * largeMessage) return this.#server.invokeMethodAsync('ApplyAsync', json);
    return this.#server.invokeMethodAsync('ApplyLargeAsync', globalThis.DotNet.createJSStreamReference(new TextEncoder().encode(json)));
  }

  /** The answer, or a failure when none comes: a call made while the line was down is never answered. */
  #within(answer) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer')), patience);
      this.#wake = () => reject(new Error('the line was down'));
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  #heard(acts, answers) {
    let rebuild = false;
    answers.forEach((answer, at) => {
      const act = acts[at];
      act.sequence = answer.sequence;
      if (answer.ok) return;
      rebuild = true;
      const again = act.kind === 'edit' && answer.code === 'flow.step_exists' && !act.renumbered ? this.#renumber(act) : null;
      this.#pending = this.#pending.flatMap(each => each !== act ? [each] : again ? [again] : []);
      if (!again && act.kind !== 'again') this.#refused(answer.message);
    });
    rebuild = this.#settle() || rebuild;
    this.#store();
    if (rebuild) this.#rebuild();
    this.#mindTheGap();
  }

  /** Somebody else took the id of a step we added a moment earlier: ours gets another, and what refers to it here and later follows. */
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
    const follow = edit => ({
      ...edit,
      ...(edit.step && { step: { ...edit.step, id: other(edit.step.id), parent: other(edit.step.parent), config: renamed(edit.step.config, ids) } }),
      ...(edit.id && edit.op !== 'unnote' && { id: other(edit.id) }),
      ...(edit.from && { from: other(edit.from), to: other(edit.to) }),
      ...(edit.op === 'nest' && { parent: other(edit.parent) }),
      ...(edit.op === 'configure' && { value: renamed(edit.value, ids) }),
    });
    const later = this.#pending.slice(this.#pending.indexOf(act) + 1);
    for (const each of later) {
      if (each.edits) each.edits = each.edits.map(follow);
      each.selection = each.selection?.map(other);
    }
    return { id: newId(), kind: 'edit', renumbered: true, basedOn: act.basedOn, selection: act.selection?.map(other), edits: act.edits.map(follow) };
  }

  #rebuild() {
    const doc = this.#base.clone();
    doc.version = this.doc.version + 1;
    for (const act of this.#pending) act.edits?.forEach(edit => doc.apply(edit));
    this.doc = doc;
    this.#changed(doc);
  }

  #store() {
    if (this.#key === null) return;
    try {
      const pending = this.#pending.map(({ id, kind, edits }) => ({ id, kind, edits }));
      if (pending.length || this.#unstored.length) {
        sessionStorage.setItem(this.#key, JSON.stringify({ session: this.#session, pending, unstored: this.#unstored }));
      } else {
        sessionStorage.removeItem(this.#key);
      }
    } catch {
      // Storage may be full or forbidden; the acts are still in memory.
    }
  }

  /** What an earlier page of this tab could not hand over. */
  #restore() {
    if (this.#key === null) return;
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#key) ?? 'null');
      if (kept === null || typeof kept !== 'object') return;
      this.#session = typeof kept.session === 'string' ? kept.session : null;
      this.#pending = acts(kept.pending);
      this.#unstored = acts(kept.unstored).filter(act => act.edits && Number.isFinite(act.sequence));
    } catch {
      // What cannot be read is not ours.
    }
  }
}

const acts = list => (Array.isArray(list) ? list : []).filter(act => typeof act?.id === 'string' && (act.edits === undefined || Array.isArray(act.edits)));

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => (byte % 36).toString(36)).join('');
