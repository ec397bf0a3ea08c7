// The form of a run's input: where the keyboard goes, and how it submits.

export const attach = (form, _server, focus) => {
  const stop = new AbortController();
  const enter = selector => form.querySelector(selector)?.focus();
  form.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.target.blur(); // what was typed counts
    form.requestSubmit();
  }, { signal: stop.signal });
  if (focus) enter('input, textarea, select');
  return {
    enterMissing: () => enter('[aria-invalid=true]'),
    dispose: () => stop.abort(),
  };
};
