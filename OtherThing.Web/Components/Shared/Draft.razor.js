// What differs from how the form began is kept in the tab, field by field, with how the field began, and is put back when the form is there again, also into a
// field that comes later. Whoever else changes the same thing meanwhile is not overwritten: the person is shown both texts and chooses.
const secret = ["password", "file", "hidden", "submit", "button"];
const longest = 4000;

export function attach(root, page, name, shared) {
  const listening = new AbortController();
  const form = root.closest("form, [data-draft]");
  const key = `ot-draft-${name}`;
  const typed = kept();
  const open = new Map();
  let began = {};
  let told = "[]";
  look();

  function all() {
    return [...form.querySelectorAll("input, select, textarea")];
  }

  function fields() {
    return all().filter(field =>
      nameOf(field) && !secret.includes(field.type) && !field.readOnly && !field.matches(":disabled") && !field.closest("[data-draft-skip]"));
  }

  function nameOf(field) {
    return field.type === "radio" ? field.name && `${field.name}=${all().filter(each => each.name === field.name).indexOf(field)}` : field.id || field.name;
  }

  function valueOf(field) {
    return field.type === "checkbox" || field.type === "radio" ? field.checked : field.value;
  }

  function labelOf(field) {
    return (field.labels?.[0]?.textContent ?? field.getAttribute("aria-label") ?? "").replace(/\s*\*?\s*$/, "").trim() || "A field";
  }

  // What a field of choices says, not what it is sent as.
  function wordsOf(field, value) {
    const text = field.tagName === "SELECT" ? [...field.options].find(option => option.value === value)?.text ?? value
      : typeof value === "boolean" ? (value ? "on" : "off") : value;
    return text.length > longest ? `${text.slice(0, longest)}…` : text;
  }

  // Only what a person touched counts, not what the page filled in; a field that disappears keeps what was typed in it until it comes back.
  function touch(event) {
    const group = event.target.type === "radio" ? event.target.name : null;
    for (const field of fields().filter(each => each === event.target || (group && each.name === group))) {
      keep(field);
    }
    store();
  }

  function keep(field) {
    const name = nameOf(field);
    const value = valueOf(field);
    if (value === began[name]) {
      delete typed[name];
    } else {
      typed[name] = { value, began: began[name] };
    }
  }

  function enter(event) {
    const field = fields().find(each => each === event.target);
    if (field && !(nameOf(field) in typed)) {
      began[nameOf(field)] = valueOf(field);
    }
  }

  function store() {
    try {
      if (Object.keys(typed).length > 0) {
        sessionStorage.setItem(key, JSON.stringify(typed));
      } else {
        sessionStorage.removeItem(key);
      }
    } catch {
      // The browser keeps nothing, or no more: then it lasts as long as the form.
    }
  }

  function kept() {
    try {
      const found = JSON.parse(sessionStorage.getItem(key) ?? "{}");
      return found && typeof found === "object" ? found : {};
    } catch {
      return {};
    }
  }

  // As if it were typed, so that whoever listens to the field hears of it.
  function put(field, value) {
    if (value === valueOf(field)) {
      return false;
    }
    if (typeof value === "boolean") {
      field.checked = value;
      if (!value && field.type === "radio") {
        return true; // the one that is chosen instead says so
      }
    } else {
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }

  /** Fields that came since the last look begin as they are, or as they were left. */
  function look() {
    let any = false;
    for (const field of fields()) {
      const name = nameOf(field);
      if (name in began) {
        continue;
      }
      const now = began[name] = valueOf(field);
      const left = typed[name];
      if (left === undefined || typeof left.value !== typeof now) {
        continue;
      }
      if (shared && left.began !== now && left.value !== now) {
        conflict(field, now);
      }
      any = put(field, left.value) || any;
    }
    if (any) {
      page.invokeMethodAsync("Restored");
    }
    tell();
  }

  function conflict(field, theirs) {
    if (field.type !== "radio" || theirs) {
      open.set(nameOf(field), theirs);
    }
  }

  function tell() {
    const conflicts = [...open].flatMap(([name, theirs]) => {
      const field = fields().find(each => nameOf(each) === name);
      return field ? [{ name, label: labelOf(field), theirs: wordsOf(field, theirs), long: field.tagName === "TEXTAREA" }] : [];
    });
    const now = JSON.stringify(conflicts);
    if (now !== told) {
      told = now;
      page.invokeMethodAsync("Differs", conflicts);
    }
  }

  root.dataset.keeps = "";
  form.addEventListener("focusin", enter, { signal: listening.signal });
  form.addEventListener("input", touch, { signal: listening.signal });
  form.addEventListener("change", touch, { signal: listening.signal });
  const coming = new MutationObserver(look);
  coming.observe(form, { childList: true, subtree: true });

  function forget() {
    for (const name of Object.keys(typed)) {
      delete typed[name];
    }
    open.clear();
    store();
  }

  return {
    drop() {
      forget();
      began = {};
      look();
    },
    startOver() {
      const left = fields().filter(field => nameOf(field) in typed);
      forget();
      for (const field of left) {
        put(field, began[nameOf(field)]);
      }
      tell();
    },
    /** The thing is so now: what nobody typed in follows, what both changed is for the person to choose. Says how much there is to choose. */
    rebase(now) {
      for (const field of fields()) {
        const name = nameOf(field);
        const theirs = now[name];
        if (theirs === undefined || theirs === began[name]) {
          continue;
        }
        began[name] = theirs;
        if (!(name in typed)) {
          put(field, theirs);
        } else if (typed[name].value === theirs) {
          open.delete(name);
          delete typed[name];
        } else {
          typed[name].began = theirs;
          conflict(field, theirs);
        }
      }
      store();
      tell();
      return open.size;
    },
    /** How the person settles it: "mine", "theirs" or "both". */
    settle(name, how) {
      const field = fields().find(each => nameOf(each) === name);
      const theirs = open.get(name);
      open.delete(name);
      if (field && how === "theirs") {
        put(field, theirs);
      } else if (field && how === "both") {
        put(field, `${theirs}\n\n${field.value}`);
      }
      tell();
      field?.focus();
    },
    dispose() {
      listening.abort();
      coming.disconnect();
    },
  };
}
