// Sends a text area's text after a pause or on leaving, in pieces when it is long.

const small = 6000, pause = 600;

/** Known is what the server has shown, so that what was typed while this module was on its way is not taken for it. */
export const listen = (area, server, known) => {
  let timer = 0, going = Promise.resolve(), sent = known?.replaceAll('\r\n', '\n') ?? area.value;
  const send = () => {
    clearTimeout(timer);
    if (area.readOnly || area.value === sent) return;
    sent = area.value;
    going = (sent.length < small ? server.invokeMethodAsync('ChangeAsync', sent)
      : server.invokeMethodAsync('ChangeLargeAsync', globalThis.DotNet.createJSStreamReference(new TextEncoder().encode(sent)))).catch(() => { sent = null; });
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  };
  area.addEventListener('input', later);
  area.addEventListener('change', send);
  area.addEventListener('blur', send);
  if (area.value !== sent) later();
  return {
    /** Resolves when the server has what stands there now. */
    flush: () => {
      send();
      return going;
    },
    dispose: () => {
      clearTimeout(timer);
      area.removeEventListener('input', later);
      area.removeEventListener('change', send);
      area.removeEventListener('blur', send);
    },
  };
};
