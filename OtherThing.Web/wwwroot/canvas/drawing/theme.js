// The canvas reads the theme's roles from CSS, so light, dark and high contrast come from one place.

import look from '../look.js';

const roles = ['canvas', 'surface', 'raised', 'border', 'text', 'muted', 'accent', 'danger', 'warning', 'success', 'info'];

export const readTheme = element => {
  const style = getComputedStyle(element), value = name => style.getPropertyValue(name).trim();
  const theme = { kinds: {}, font: style.fontFamily, mono: value('--ot-mono') || 'ui-monospace, monospace' };
  for (const role of roles) theme[role] = value('--ot-' + role) || style.color;
  for (const kind of look.kinds) theme.kinds[kind] = value('--ot-kind-' + kind) || theme.muted;
  return theme;
};

/** Calls back when the theme may have changed; answers a function that stops it. */
export const watchTheme = changed => {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributes: true });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-theme', 'style'] });
  const queries = ['(prefers-color-scheme: dark)', '(prefers-contrast: more)', '(forced-colors: active)'].map(query => matchMedia(query));
  queries.forEach(query => query.addEventListener('change', changed));
  return () => {
    observer.disconnect();
    queries.forEach(query => query.removeEventListener('change', changed));
  };
};
