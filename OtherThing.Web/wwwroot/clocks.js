// The clocks of a page go on in the browser: one timer for all of them, set for the next change of any, and none while nothing changes or nobody looks.
// The server says how long it has been (ms) at the moment of writing, so a clock that is wrong on either side does no harm.

import { ago, change, count } from './clockwords.js';

const clocks = new Set();
let timer = 0, asked = false;

class Clock extends HTMLElement {
  static observedAttributes = ['ms'];

  #since = 0;
  #due = 0;

  connectedCallback() {
    clocks.add(this);
    ask();
  }

  disconnectedCallback() {
    clocks.delete(this);
  }

  attributeChangedCallback(name, before, ms) {
    this.#since = Date.now() - Number(ms);
    this.#due = 0;
    ask();
  }

  /** Says it anew when its words have changed, in the text that the server wrote, which stays the server's to change. Answers when they change next. */
  show(now) {
    if (now < this.#due) return this.#due;
    const age = now - this.#since, kind = this.getAttribute('kind'), text = (kind === 'count' ? count : ago)(age);
    if (this.firstChild && this.firstChild.data !== text) this.firstChild.data = text;
    this.#due = now + change(kind, age);
    return this.#due;
  }
}

const tick = () => {
  asked = false;
  clearTimeout(timer);
  if (document.hidden) return;
  const now = Date.now(), next = Math.min(...[...clocks].map(clock => clock.show(now)));
  if (next < Infinity) timer = setTimeout(tick, next - now + 5);
};

/** Once for all that changed together. */
const ask = () => {
  if (asked) return;
  asked = true;
  queueMicrotask(tick);
};

customElements.define('ot-clock', Clock);
document.addEventListener('visibilitychange', ask);
