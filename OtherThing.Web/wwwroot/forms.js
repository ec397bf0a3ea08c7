// Keeps what is typed in the forms of pages that do not connect, as Draft.razor does where they do: over the page that asks for the password, a sign-in that
// ended, a refusal, Back.
import { attach } from "./Components/Shared/Draft.razor.js";

const kept = new Map();

function look() {
  for (const [root, draft] of kept) {
    if (!root.isConnected) {
      draft.dispose();
      kept.delete(root);
    }
  }
  for (const root of document.querySelectorAll("[data-kept]")) {
    if (!kept.has(root)) {
      keep(root);
    }
  }
}

function keep(root) {
  const name = root.dataset.kept;
  if ("sent" in root.dataset) {
    sessionStorage.removeItem(`ot-draft-${name}`);
  }
  const [words, button] = root.querySelectorAll("span, button");
  const draft = attach(root, { invokeMethodAsync: what => { root.hidden = what !== "Restored"; } }, name, false);
  let asked = false;
  button.addEventListener("click", () => {
    if (asked) {
      draft.startOver();
      root.hidden = true;
    } else {
      asked = true;
      words.textContent = "Throw away what you typed?";
      button.textContent = "Throw it away";
    }
  });
  kept.set(root, draft);
}

look();
globalThis.Blazor?.addEventListener?.("enhancedload", look);
