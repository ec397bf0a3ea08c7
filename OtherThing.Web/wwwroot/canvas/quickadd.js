// A small list at the pointer: choose the step to add, or the step to connect to. Keyboard first.

import { iconElement } from './drawing/icons.js';

export class QuickAdd {
  #canvas;
  #root = null;
  #items = [];
  #active = 0;
  #choose = null;

  constructor(canvas) { this.#canvas = canvas; }

  get isOpen() { return this.#root !== null; }

  /** Offers the catalog; the chosen step is added at the point and connected from the port, when there is one. */
  open(client, point, source = null, split = null) {
    if (this.#canvas.readOnly) return;
    const { catalog } = this.#canvas.scene;
    const types = catalog.all.filter(type => (!source && !split || !type.isTrigger) && (!split || type.kind !== 'output'));
    const items = types.map(type => (
      { icon: catalog.icon({ type: type.name }), kind: type.kind, text: type.title, detail: type.description, value: type.name }));
    this.#show(client, 'Add a step', items,
      name => this.#canvas.addStep(name, point, source, split));
  }

  /** Offers the steps that may follow; a connection that is led elsewhere goes in the same act. */
  connect(client, source, replaced = null) {
    const { catalog } = this.#canvas.scene, doc = replaced ? this.#canvas.scene.doc.without(replaced) : this.#canvas.scene.doc;
    const edits = replaced ? [{ op: 'disconnect', from: replaced.from, port: replaced.port, to: replaced.to }] : [];
    const steps = [...doc.steps.values()].filter(step => step.id !== source.from && catalog.hasInput(step));
    this.#show(client, 'Connect to', steps.map(step => {
      const reason = doc.whyNotConnect(catalog, source.from, source.port, step.id);
      const kind = catalog.kind(step);
      return { icon: catalog.icon(step), kind, text: step.name || step.id, detail: reason ?? catalog.title(step), disabled: reason !== null, value: step.id };
    }), id => this.#canvas.commit([...edits, { op: 'connect', from: source.from, port: source.port, to: id }], true));
  }

  /** Offers the containers steps can be put into, and the way out. */
  nest(client, containers, choose) {
    const { catalog, doc } = this.#canvas.scene;
    this.#show(client, 'Put into', [
      ...containers.map(id => doc.steps.get(id)).map(step => (
        { icon: catalog.icon(step), kind: 'logic', text: step.name || step.id, detail: catalog.title(step), value: step.id })),
      { icon: 'output', kind: 'output', text: 'No container', detail: 'Out of the one it is in', value: null },
    ], choose);
  }

  close() {
    if (!this.#root) return;
    const hadFocus = this.#root.contains(document.activeElement);
    this.#root.remove();
    this.#root = null;
    if (hadFocus) this.#canvas.host.focus({ preventScroll: true });
  }

  #show(client, label, items, choose) {
    this.close();
    this.#choose = choose;
    const root = element('div', 'fc-quick'), input = element('input'), list = element('ul');
    root.setAttribute('role', 'dialog');
    root.setAttribute('aria-label', label);
    Object.assign(input, { type: 'text', placeholder: label, autocomplete: 'off', spellcheck: false, maxLength: 100 });
    const attributes = { role: 'combobox', 'aria-label': label, 'aria-expanded': 'true', 'aria-autocomplete': 'list', 'aria-controls': 'fc-quick-list' };
    Object.entries(attributes).forEach(([name, value]) => input.setAttribute(name, value));
    list.id = 'fc-quick-list';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', label);
    root.append(input, list);
    this.#canvas.host.append(root);
    this.#root = root;
    const box = this.#canvas.host.getBoundingClientRect();
    root.style.left = `${Math.max(8, Math.min(client.x - box.x, box.width - 296))}px`;
    root.style.top = `${Math.max(8, Math.min(client.y - box.y, box.height - 340))}px`;
    const filter = () => {
      const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      // What is called so comes before what only speaks of it.
      const all = text => words.every(word => text.toLowerCase().includes(word));
      const far = item => (words.length && item.text.toLowerCase().startsWith(words[0]) ? 0 : all(item.text) ? 1 : 2);
      this.#items = items.filter(item => all(`${item.text} ${item.detail} ${item.value}`)).sort((a, b) => far(a) - far(b));
      this.#active = Math.max(0, this.#items.findIndex(item => !item.disabled));
      this.#list(list, input);
    };
    input.addEventListener('input', filter);
    root.addEventListener('keydown', event => this.#key(event, list, input));
    root.addEventListener('focusout', event => { if (event.relatedTarget && !root.contains(event.relatedTarget)) this.close(); });
    filter();
    input.focus({ preventScroll: true });
  }

  #list(list, input) {
    list.replaceChildren(...this.#items.slice(0, 200).map((item, index) => {
      const option = element('li'), text = element('span', 'fc-quick-text'), detail = element('span', 'fc-quick-detail');
      option.id = `fc-quick-${index}`;
      option.setAttribute('role', 'option');
      option.setAttribute('aria-selected', String(index === this.#active));
      if (item.disabled) option.setAttribute('aria-disabled', 'true');
      option.dataset.kind = item.kind;
      text.textContent = item.text;
      detail.textContent = item.detail;
      option.append(iconElement(item.icon), text, detail);
      option.addEventListener('pointerdown', event => { event.preventDefault(); this.#pick(index); });
      return option;
    }));
    if (!this.#items.length) {
      const none = element('li', 'fc-quick-none');
      none.setAttribute('role', 'option');
      none.setAttribute('aria-disabled', 'true');
      none.textContent = 'Nothing of that name.';
      list.append(none);
    }
    if (this.#items.length) input.setAttribute('aria-activedescendant', `fc-quick-${this.#active}`);
    else input.removeAttribute('aria-activedescendant');
    list.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }

  #key(event, list, input) {
    event.stopPropagation();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.#items.length) {
      this.#active = (this.#active + step + this.#items.length) % this.#items.length;
      this.#list(list, input);
    } else if (event.key === 'Enter') {
      this.#pick(this.#active);
    } else if (event.key === 'Escape') {
      this.close();
    } else if (event.key === 'Tab') {
      this.close();
      return;
    } else {
      return;
    }
    event.preventDefault();
  }

  #pick(index) {
    const item = this.#items[index];
    if (!item || item.disabled) return;
    this.close();
    this.#canvas.host.focus({ preventScroll: true });
    this.#choose(item.value);
  }
}

const element = (tag, className = '') => Object.assign(document.createElement(tag), { className });
