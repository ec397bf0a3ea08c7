// The fields of a step's panel: colours code, completes templates, brings a field into sight.
import { follow, paint } from '../../../fields/highlight.js';
import { Completion } from '../../../fields/complete.js';

export const attach = (root, _server, filters) => {
  const stop = new AbortController(), listen = { signal: stop.signal };
  const completion = new Completion(root, root.querySelector('[data-part=suggestions]'), root.querySelector('[data-part=say]'));
  completion.filters = filters;
  const areas = () => root.querySelectorAll('textarea[data-language]');
  const sizes = new ResizeObserver(entries => entries.forEach(entry => follow(entry.target)));
  const seen = new WeakSet();
  const refresh = () => {
    for (const area of areas()) {
      if (!seen.has(area)) {
        seen.add(area);
        sizes.observe(area);
        area.addEventListener('scroll', () => follow(area), { ...listen, passive: true });
      }
      paint(area);
    }
  };

  root.addEventListener('input', event => {
    if (event.target.dataset?.language) paint(event.target);
    if (event.target.dataset?.complete) completion.offer(event.target);
  }, listen);

  // Capture: before the panel's own keys, so that Escape closes the list and not the panel.
  root.addEventListener('keydown', event => {
    const field = event.target;
    if (!field.dataset?.complete || event.isComposing) return;
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      completion.offer(field, true);
    } else if (completion.open && ['ArrowDown', 'ArrowUp', 'Enter', 'Tab', 'Escape'].includes(event.key)) {
      if (event.key === 'Tab' && event.shiftKey) return completion.close();
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') completion.close();
      else if (event.key.startsWith('Arrow')) completion.move(event.key === 'ArrowDown' ? 1 : -1);
      else completion.accept();
    }
  }, { ...listen, capture: true });

  root.addEventListener('focusout', () => completion.close(), listen);
  refresh();
  return {
    refresh,
    paths: entries => { completion.paths = entries; },
    focusField: ids => {
      const field = ids.map(id => document.getElementById(id)).find(found => found && root.contains(found));
      if (!field) return;
      root.closest('[data-flow-editor]')?.dispatchEvent(new Event('flow-panel-wanted'));
      field.closest('details')?.setAttribute('open', '');
      field.scrollIntoView({ block: 'center' });
      field.focus({ preventScroll: true });
    },
    dispose: () => {
      stop.abort();
      sizes.disconnect();
    },
  };
};
