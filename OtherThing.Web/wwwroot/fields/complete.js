// Completes paths and filters in template fields. One list for a whole panel, under the field one types in.

const most = 60, sight = 7;

/** Where the caret stands in a template: the word begun there, and whether it is a filter; null outside of one. */
export const wordAt = (text, caret, mode) => {
  const before = text.slice(0, caret);
  const open = Math.max(before.lastIndexOf('{{'), before.lastIndexOf('{%'));
  const closed = Math.max(before.lastIndexOf('}}'), before.lastIndexOf('%}'));
  const inside = open > closed;
  if (mode !== 'condition' && !inside) return null;
  const code = inside ? before.slice(open + 2) : before;
  const filter = /\|\s*([A-Za-z_]*)$/.exec(code);
  if (filter) return { kind: 'filter', word: filter[1], start: caret - filter[1].length };
  const path = /([A-Za-z_](?:[\w-]|\.(?!\.)|\[(?:\d*\]?|"[^"]*"?\]?))*)?$/.exec(code);
  const word = path?.[1] ?? '';
  if ((code.match(/"/g)?.length ?? 0) % 2 === 1 && !word.includes('["')) return null;
  return { kind: 'path', word, start: caret - word.length };
};

/** What fits the word: what begins with it first, then what has it inside. */
export const fitting = (entries, word) => {
  const sought = word.toLowerCase();
  const begins = entries.filter(entry => entry.path.toLowerCase().startsWith(sought) && entry.path !== word);
  const has = sought.length < 2 ? [] : entries.filter(entry => !entry.path.toLowerCase().startsWith(sought) && entry.path.toLowerCase().includes(sought));
  return [...begins, ...has].slice(0, most);
};

export class Completion {
  #root; #list; #say; #field = null; #shown = []; #at = 0; #word = null; #paths = [];
  // The field in which somebody typed before there was anything to offer.
  #early;
  filters = [];

  constructor(root, list, say) {
    this.#root = root;
    this.#list = list;
    this.#say = say;
    this.#early = root.contains(document.activeElement) && document.activeElement.dataset.complete ? document.activeElement : null;
  }

  set paths(entries) {
    this.#paths = entries;
    if (this.#early) this.offer(this.#early);
  }

  get open() { return this.#field !== null; }

  /** Offers what fits at the caret; asked is true when the person wants the list and not just types. */
  offer(field, asked = false) {
    const mode = field.dataset.complete;
    let word = wordAt(field.value, field.selectionStart, mode);
    if (!word && asked) word = { kind: 'path', word: '', start: field.selectionStart, braces: true };
    if (!word || (!asked && word.kind === 'path' && mode === 'condition' && word.word === '')) return this.close();
    const shown = fitting(word.kind === 'filter' ? this.filters : this.#paths, word.word);
    if (shown.length === 0) {
      this.close();
      if (this.#paths.length === 0) this.#early = field;
      return;
    }
    this.#word = word;
    this.#shown = shown;
    this.#at = 0;
    this.#field = field;
    this.#draw();
  }

  #draw() {
    const list = this.#list, field = this.#field;
    // A window around the chosen one instead of a scrolled list, which keyboards could not reach.
    const first = Math.max(0, Math.min(this.#at - 3, this.#shown.length - sight));
    list.replaceChildren(...this.#shown.slice(first, first + sight).map((entry, offset) => {
      const at = first + offset;
      const item = document.createElement('li');
      Object.assign(item, { id: `${list.id}-${at}`, className: 'sg-item' });
      item.setAttribute('role', 'option');
      item.setAttribute('aria-selected', String(at === this.#at));
      item.setAttribute('aria-posinset', String(at + 1));
      item.setAttribute('aria-setsize', String(this.#shown.length));
      const name = Object.assign(document.createElement('code'), { textContent: entry.path });
      const detail = Object.assign(document.createElement('span'), { textContent: [entry.type, entry.sample].filter(Boolean).join(' · ') });
      item.append(name, detail);
      item.addEventListener('pointerdown', event => { event.preventDefault(); this.#at = at; this.accept(); });
      return item;
    }));
    const box = field.getBoundingClientRect(), around = this.#root.getBoundingClientRect();
    Object.assign(list.style, { left: `${box.left - around.left}px`, top: `${box.bottom - around.top + this.#root.scrollTop + 2}px`, width: `${box.width}px` });
    list.hidden = false;
    field.setAttribute('aria-controls', list.id);
    field.setAttribute('aria-autocomplete', 'list');
    field.setAttribute('aria-activedescendant', `${list.id}-${this.#at}`);
    this.#say.textContent = `${this.#shown.length} ${this.#shown.length === 1 ? 'suggestion' : 'suggestions'}: ${this.#shown[this.#at].path}`;
  }

  move(by) {
    this.#at = (this.#at + by + this.#shown.length) % this.#shown.length;
    this.#draw();
  }

  accept() {
    const field = this.#field, word = this.#word, entry = this.#shown[this.#at];
    this.close();
    if (!field || !entry) return;
    const inBraces = word.kind === 'path' && field.dataset.complete !== 'condition';
    const after = field.value.slice(field.selectionStart);
    const closes = /^\s*(\}\}|%\}|\||[\w.\[])/.test(after) || /\{%[^}]*$/.test(field.value.slice(0, word.start));
    const text = word.braces && field.dataset.complete !== 'condition' ? `{{ ${entry.path} }}` : entry.path + (inBraces && !closes ? ' }}' : '');
    field.focus();
    field.setSelectionRange(word.start, field.selectionStart);
    // The browser's own insertion keeps its undo.
    if (!document.execCommand('insertText', false, text)) {
      field.setRangeText(text, word.start, field.selectionStart, 'end');
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    this.close();
  }

  close() {
    this.#field?.removeAttribute('aria-activedescendant');
    this.#field = this.#early = null;
    this.#list.hidden = true;
  }
}
