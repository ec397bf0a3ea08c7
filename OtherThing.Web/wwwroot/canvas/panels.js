// The panels beside the canvas: dragged to a width, folded away and opened again; kept in this browser.

import { keep, kept } from './preferences.js';

const sides = { left: { least: 160, most: 420, usual: 216, sign: 1 }, right: { least: 260, most: 720, usual: 340, sign: -1 } };
const step = 16, key = 'otherthing.canvas.panels';

export const attachPanels = (root, signal) => {
  const options = { signal }, saved = kept(key, {}), widths = {};
  const gripOf = side => root.querySelector(`[data-panel-grip=${side}]`);
  const foldOf = side => root.querySelector(`[data-panel-fold=${side}]`);
  const isFolded = side => root.dataset[side] === 'folded';

  const show = side => {
    const grip = gripOf(side), fold = foldOf(side);
    root.style.setProperty(`--fe-${side}`, `${widths[side]}px`);
    grip?.setAttribute('aria-valuenow', String(widths[side]));
    fold?.setAttribute('aria-expanded', String(!isFolded(side)));
  };
  const save = () => keep(key, { left: widths.left, right: widths.right, leftFolded: isFolded('left') });
  const resize = (side, width) => {
    const { least, most } = sides[side];
    widths[side] = Math.round(Math.min(most, Math.max(least, width)));
    show(side);
  };
  const fold = (side, folded) => {
    if (folded) root.dataset[side] = 'folded';
    else delete root.dataset[side];
    show(side);
    save();
  };

  for (const [side, { least, most, usual, sign }] of Object.entries(sides)) {
    const grip = gripOf(side);
    if (!grip) continue;
    grip.setAttribute('aria-valuemin', String(least));
    grip.setAttribute('aria-valuemax', String(most));
    resize(side, Number.isFinite(saved?.[side]) ? saved[side] : usual);
    grip.addEventListener('pointerdown', event => {
      if (event.button !== 0) return;
      event.preventDefault();
      const start = event.clientX, width = widths[side];
      grip.setPointerCapture(event.pointerId);
      const drag = new AbortController(), during = { signal: drag.signal };
      grip.addEventListener('pointermove', move => resize(side, width + sign * (move.clientX - start)), during);
      for (const end of ['pointerup', 'pointercancel']) grip.addEventListener(end, () => { drag.abort(); save(); }, during);
    }, options);
    grip.addEventListener('dblclick', () => { resize(side, usual); save(); }, options);
    grip.addEventListener('keydown', event => {
      const by = { ArrowLeft: -step, ArrowRight: step }[event.key];
      if (by) resize(side, widths[side] + sign * by);
      else if (event.key === 'Home') resize(side, least);
      else if (event.key === 'End') resize(side, most);
      else if (event.key === 'Enter') fold(side, !isFolded(side));
      else return;
      event.preventDefault();
      event.stopPropagation();
      save();
    }, options);
  }

  if (saved?.leftFolded === true) fold('left', true);
  root.addEventListener('click', event => {
    const side = event.target.closest('[data-panel-fold]')?.dataset.panelFold;
    if (side) fold(side, !isFolded(side));
    // What asks for the panel opens it, however it was.
    if (event.target.closest('[data-panel-show]')) fold('right', false);
  }, options);
  root.addEventListener('flow-panel-wanted', () => fold('right', false), options);

  const panel = root.querySelector('.fe-right');
  if (!panel) return;
  let open = panel.classList.contains('fe-open');
  const watch = new MutationObserver(() => {
    const now = panel.classList.contains('fe-open');
    if (now && !open && isFolded('right')) fold('right', false);
    open = now;
  });
  watch.observe(panel, { attributes: true, attributeFilter: ['class'] });
  signal.addEventListener('abort', () => watch.disconnect());
};
