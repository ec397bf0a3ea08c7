// Keeps the end of a growing text in sight for as long as the person is at its end.

const near = 24;

export const follow = text => {
  let atEnd = true;
  const down = () => { if (atEnd) text.scrollTop = text.scrollHeight; };
  const scrolled = () => { atEnd = text.scrollHeight - text.scrollTop - text.clientHeight < near; };
  const grown = new MutationObserver(down);
  grown.observe(text, { childList: true, characterData: true, subtree: true });
  text.addEventListener('scroll', scrolled);
  down();
  return {
    dispose: () => {
      grown.disconnect();
      text.removeEventListener('scroll', scrolled);
    },
  };
};
