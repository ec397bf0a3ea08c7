// What differs from how the form began is kept in the tab, field by field, and put back when the form is there again.
const secret = ["password", "file", "hidden", "submit", "button"];

export function attach(root, page, name) {
  const listening = new AbortController();
  const form = root.closest("form, [data-draft]");
  const key = `ot-draft-${name}`;
  let began = read();

  function all() {
    return [...form.querySelectorAll("input, select, textarea")];
  }

  function fields() {
    return all().filter(field => nameOf(field) && !secret.includes(field.type) && !field.readOnly && !field.matches(":disabled"));
  }

  function nameOf(field) {
    return field.type === "radio" ? field.name && `${field.name}=${all().filter(each => each.name === field.name).indexOf(field)}` : field.id || field.name;
  }

  function valueOf(field) {
    return field.type === "checkbox" || field.type === "radio" ? field.checked : field.value;
  }

  function read() {
    return Object.fromEntries(fields().map(field => [nameOf(field), valueOf(field)]));
  }

  function keep() {
    const changed = Object.entries(read()).filter(([field, value]) => value !== began[field]);
    try {
      if (changed.length > 0) {
        sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(changed)));
      } else {
        sessionStorage.removeItem(key);
      }
    } catch {
      // The browser keeps nothing, or no more: then it lasts as long as the form.
    }
  }

  // As if it were typed, so that whoever listens to the field hears of it.
  function put(values) {
    let any = false;
    for (const field of fields()) {
      const value = values[nameOf(field)];
      if (value === undefined || value === valueOf(field)) {
        continue;
      }
      any = true;
      if (typeof value === "boolean") {
        field.checked = value;
        if (!value && field.type === "radio") {
          continue; // the one that is chosen instead says so
        }
      } else {
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return any;
  }

  function kept() {
    try {
      const found = JSON.parse(sessionStorage.getItem(key) ?? "{}");
      return found && typeof found === "object" ? found : {};
    } catch {
      return {};
    }
  }

  if (put(kept())) {
    page.invokeMethodAsync("Restored");
  }
  root.dataset.keeps = "";
  form.addEventListener("input", keep, { signal: listening.signal });
  form.addEventListener("change", keep, { signal: listening.signal });

  return {
    drop() {
      began = read();
      keep();
    },
    startOver() {
      put(began);
      keep();
    },
    dispose() {
      listening.abort();
    },
  };
}
