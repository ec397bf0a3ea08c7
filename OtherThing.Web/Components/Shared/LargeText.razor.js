// Sends a text area's text after a pause or on leaving, in pieces when it is long.

const small = 6000, pause = 600;

export const listen = (area, server) => {
  let timer = 0, sent = area.value;
  const send = () => {
    clearTimeout(timer);
    if (area.readOnly || area.value === sent) return;
    sent = area.value;
    const going = sent.length < small ? server.invokeMethodAsync('ChangeAsync', sent)
      : server.invokeMethodAsync('ChangeLargeAsync', globalThis.DotNet.createJSStreamReference(new TextEncoder().encode(sent)));
    going.catch(() => { sent = null; });
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  };
  area.addEventListener('input', later);
  area.addEventListener('change', send);
  area.addEventListener('blur', send);
  return {
    dispose: () => {
      clearTimeout(timer);
      area.removeEventListener('input', later);
      area.removeEventListener('change', send);
      area.removeEventListener('blur', send);
    },
  };
};
