// Brings a step of the list into sight. The list only has the rows that are in sight, so the place is reckoned by their height.

/** A person who is reading elsewhere in the list is not taken away from there, unless by their own choice. */
export const reveal = (list, at, height, chosen) => {
  if (!list?.isConnected || at < 0) return;
  if (!list.dataset.watched) {
    list.dataset.watched = 'true';
    for (const name of ['wheel', 'touchmove', 'pointerdown', 'keydown']) list.addEventListener(name, () => { list.dataset.held = 'true'; }, { passive: true });
  }
  if (list.dataset.held && !chosen) return;
  const top = at * height, { scrollTop, clientHeight } = list;
  if (top >= scrollTop && top + height <= scrollTop + clientHeight) return;
  list.scrollTop = top - (clientHeight - height) / 2;
};
