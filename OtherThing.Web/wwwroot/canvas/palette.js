// Steps from the list beside the canvas.

/** A press on the palette: a click adds behind the selected step, a drag adds where it is dropped. */
export const dragNew = (canvas, root, event) => {
  const source = event.target.closest?.('[data-step-type]');
  if (!source || canvas.readOnly || event.button !== 0) return;
  const type = source.dataset.stepType, start = { x: event.clientX, y: event.clientY };
  const ghost = Object.assign(document.createElement('div'), { className: 'fc-ghost', textContent: canvas.scene.catalog.type(type)?.title ?? type });
  let dragged = false;
  const stop = new AbortController(), options = { signal: stop.signal };
  window.addEventListener('pointermove', move => {
    if (!dragged && Math.hypot(move.clientX - start.x, move.clientY - start.y) < 5) return;
    if (!dragged) root.append(ghost);
    dragged = true;
    ghost.style.transform = `translate(${move.clientX - 112}px, ${move.clientY - 20}px)`;
  }, options);
  const end = up => {
    stop.abort();
    ghost.remove();
    const box = canvas.host.getBoundingClientRect();
    const over = up.clientX >= box.x && up.clientX <= box.right && up.clientY >= box.y && up.clientY <= box.bottom;
    if (up.type !== 'pointerup' || !dragged || !over) return;
    canvas.addStep(type, canvas.scene.view.toCanvas({ x: up.clientX - box.x, y: up.clientY - box.y }));
    canvas.host.focus({ preventScroll: true });
  };
  window.addEventListener('pointerup', end, options);
  window.addEventListener('pointercancel', end, options);
  source.addEventListener('click', () => {
    if (!dragged) canvas.addNext(type);
  }, { once: true });
};
