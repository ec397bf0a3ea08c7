// What a person chose about the look, kept in cookies so that the first byte of the next page already knows.
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
