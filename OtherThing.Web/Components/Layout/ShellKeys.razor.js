// The keys that work on every page. Letters are commands only where nothing is typed and nobody else takes them, and can be turned off.
import { areLettersOn } from "/preferences.js";

const typed = "input, textarea, select, [contenteditable], [role=application], [role=menu], [role=listbox], dialog, .mud-dialog";
const wait = 1500;

export function attach(root, page) {
  const listening = new AbortController();
  let going = 0;

  function go(letter) {
    document.querySelector(`[data-go="${CSS.escape(letter)}"]`)?.click();
  }

  function letter(event) {
    if (Date.now() - going < wait) {
      going = 0;
      return () => go(event.key);
    }
    switch (event.key) {
      case "g": return () => { going = Date.now(); };
      case "?": return () => page.invokeMethodAsync("OpenKeysAsync");
      case "/": return () => (
        document.querySelector("main [type=search], main [data-line]") ?? { focus: () => page.invokeMethodAsync("OpenPaletteAsync") }).focus();
      case "c": {
        const made = document.querySelector("main [data-new]");
        return made && (() => made.click());
      }
      default: return undefined;
    }
  }

  document.addEventListener("keydown", event => {
    if (event.defaultPrevented || event.isComposing) {
      return;
    }
    let act;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      act = () => page.invokeMethodAsync("OpenPaletteAsync");
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey
      && !event.target.closest?.(typed) && !document.querySelector(".mud-dialog") && areLettersOn()) {
      act = letter(event);
    }
    if (act) {
      event.preventDefault();
      act();
    }
  }, { signal: listening.signal });

  root.dataset.listening = "";

  // A link to a part of this page: the base address would make it one to the front page.
  document.addEventListener("click", event => {
    const skip = event.target.closest?.("[data-skip]");
    const to = skip && document.querySelector(skip.dataset.skip);
    if (to) {
      event.preventDefault();
      event.stopPropagation();
      if (!to.hasAttribute("tabindex")) {
        to.tabIndex = -1;
      }
      to.focus();
    }
  }, { capture: true, signal: listening.signal });

  return {
    dispose() {
      listening.abort();
    },
  };
}
