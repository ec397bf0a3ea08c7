// What a person chose about the pages. The look is kept in cookies, so that the first byte of the next page already knows; the rest where
// cookies do not carry it.
const year = 60 * 60 * 24 * 365;
const root = document.documentElement;

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = value
    ? `${name}=${value}; path=/; max-age=${year}; samesite=lax${secure}`
    : `${name}=; path=/; max-age=0; samesite=lax${secure}`;
}

/** "light", "dark" or "system". */
export function getTheme() {
  return root.dataset.theme ?? "system";
}

export function setTheme(choice) {
  if (choice === "light" || choice === "dark") {
    root.dataset.theme = choice;
    remember("ot-theme", choice);
  } else {
    delete root.dataset.theme;
    remember("ot-theme", null);
  }
}

export function isRailOpen() {
  return root.dataset.rail === "open";
}

export function setRail(open) {
  if (open) {
    root.dataset.rail = "open";
  } else {
    delete root.dataset.rail;
  }
  remember("ot-rail", open ? "open" : null);
}

/** Whether something that may be put away was, in this browser. */
export function isPutAway(name) {
  return read(`ot-away-${name}`) === "yes";
}

export function setPutAway(name, away) {
  write(`ot-away-${name}`, away ? "yes" : null);
}

/** Whether single letters are commands; they are until a person turns them off. */
export function areLettersOn() {
  return read("ot-letters") !== "off";
}

export function setLetters(on) {
  write("ot-letters", on ? null : "off");
}

/** Whether answers of models are shown as they were written, and not as the Markdown that they are. */
export function isSourceShown() {
  return read("ot-source") === "yes";
}

export function setSourceShown(on) {
  write("ot-source", on ? "yes" : null);
}

function read(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // the browser keeps nothing
  }
}

function write(name, value) {
  try {
    if (value === null) {
      localStorage.removeItem(name);
    } else {
      localStorage.setItem(name, value);
    }
  } catch {
    // As above: it lasts as long as the page does.
  }
}
