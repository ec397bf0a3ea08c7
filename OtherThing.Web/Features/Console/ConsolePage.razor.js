// The command line: earlier lines, completion, cancelling, clearing. Earlier lines are kept by this browser, the one that is
// being typed by its tab, per workspace.
const most = 200;

export function attach(root, page, workspace) {
  const listening = new AbortController();
  const form = root.querySelector("[data-form]");
  const line = root.querySelector("[data-line]");
  const log = root.querySelector("[data-log]");
  const key = `ot-console-${workspace}`;
  let earlier = read();
  let at = earlier.length;
  let draft = "";
  const typing = `${key}-line`;

  function keepTyping() {
    try {
      sessionStorage.setItem(typing, line.value);
    } catch {
      // The browser keeps nothing: then the line lasts as long as the page.
    }
  }

  function bringBack() {
    try {
      line.value ||= sessionStorage.getItem(typing) ?? "";
    } catch {
      // As above.
    }
  }

  function read() {
    try {
      const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
      return Array.isArray(kept) ? kept.filter(text => typeof text === "string") : [];
    } catch {
      return [];
    }
  }

  function keep(text) {
    earlier = [...earlier.filter(other => other !== text), text].slice(-most);
    at = earlier.length;
    try {
      localStorage.setItem(key, JSON.stringify(earlier));
    } catch {
      // The browser keeps nothing: then the lines last as long as the page.
    }
  }

  function go(step) {
    if (at === earlier.length) {
      draft = line.value;
    }
    at = Math.max(0, Math.min(earlier.length, at + step));
    line.value = at === earlier.length ? draft : earlier[at];
    line.setSelectionRange(line.value.length, line.value.length);
  }

  async function complete() {
    const names = await page.invokeMethodAsync("Complete", line.value);
    if (names.length === 0) {
      return;
    }
    let shared = names[0];
    for (const name of names) {
      while (!name.startsWith(shared)) {
        shared = shared.slice(0, -1);
      }
    }
    line.value = names.length === 1 ? `${names[0]} ` : shared;
  }

  function submit() {
    const text = line.value.trim();
    if (text) {
      keep(text);
      line.value = "";
      keepTyping();
      page.invokeMethodAsync("Enter", text).catch(() => {
        // The connection is lost: the line did not get through, so it stands there again.
        line.value ||= text;
        keepTyping();
      });
    }
  }

  form?.addEventListener("submit", submit, { signal: listening.signal });

  line?.addEventListener("keydown", event => {
    if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      go(event.key === "ArrowUp" ? -1 : 1);
    } else if (event.key === "Tab" && !event.shiftKey && line.value && line.selectionStart === line.value.length && !line.value.endsWith(" ")) {
      // With nothing to complete Tab leaves the field as everywhere.
      event.preventDefault();
      complete();
    } else if (event.key === "c" && event.ctrlKey && line.selectionStart === line.selectionEnd) {
      event.preventDefault();
      page.invokeMethodAsync("Cancel");
    } else if (event.key === "l" && event.ctrlKey) {
      event.preventDefault();
      page.invokeMethodAsync("Clear");
    } else if (event.key === "Escape") {
      line.blur();
    }
  }, { signal: listening.signal });

  line?.addEventListener("input", keepTyping, { signal: listening.signal });
  if (line) {
    bringBack();
    keepTyping(); // also what was typed before this script came
    line.focus();
  }
  return {
    submit,
    scrollToEnd() {
      log.scrollTop = log.scrollHeight;
    },
    dispose() {
      listening.abort();
    },
  };
}
