// Says which box of a task list was ticked, by its place among them.
export function attach(root, owner) {
  const listening = new AbortController();
  root.addEventListener("change", event => {
    const at = [...root.querySelectorAll("input[type=checkbox]")].indexOf(event.target);
    if (at >= 0) {
      owner.invokeMethodAsync("TickAsync", at, event.target.checked);
    }
  }, { signal: listening.signal });
  return { dispose: () => listening.abort() };
}
