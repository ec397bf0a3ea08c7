// How the steps of a run stand: the server says all of it once and then what changed. And how a state reads in one line.

import look from './look.js';

export class States {
  #number = 0;

  /** By step id. What does not change stays the same object: its card need not be drawn anew. */
  all = {};

  /**
   * Takes what the server says.
   * @param said { number, all, changed, gone }: the states that changed and the ids that have none any more; the numbers count up by one
   * @returns false when something before it is missing: the server has to say all of it again
   */
  take({ number, all, changed, gone }) {
    if (!all && number !== this.#number + 1) return false;
    this.#number = number;
    const before = this.all;
    this.all = all ? { ...changed } : { ...before, ...changed };
    for (const id of gone ?? []) delete this.all[id];
    for (const id of Object.keys(changed)) if (same(before[id], this.all[id])) this.all[id] = before[id];
    return true;
  }
}

export const statusLine = state => {
  const parts = [look.states[state.status]?.word ?? state.status];
  if (state.milliseconds != null) parts.push(duration(state.milliseconds));
  if (state.attempt > 1) parts.push(`attempt ${state.attempt}`);
  if (state.items) parts.push(state.items);
  if (state.cost) parts.push(state.cost);
  if (state.error) parts.push(state.error);
  return parts.join(' · ');
};

/** A span of time in words, as Duration.cs says it. */
export const duration = milliseconds => {
  const seconds = Math.floor(milliseconds / 1000), minutes = Math.floor(seconds / 60);
  if (seconds < 1) return `${Math.round(milliseconds)} ms`;
  if (minutes < 1) return `${(Math.round(milliseconds / 100) / 10).toFixed(1)} s`;
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
