// Drags cards with the pointer and moves between them with keys. Nothing is sent while a card is dragged; one call at the drop.
const dragAfter = 5; // px
const pressFor = 300; // ms until a touch drags instead of scrolling
const edge = 48; // px from the window's edge where it scrolls

export function attach(root, board) {
  let drag = null;
  let carrying = null;
  const listening = new AbortController();
  const on = (target, type, handler, options) => target.addEventListener(type, handler, { ...options, signal: listening.signal });

  const cards = column => [...column.querySelectorAll("[data-card]")];
  const columns = () => [...root.querySelectorAll("[data-column]")].filter(column => column.offsetParent !== null);
  const link = card => card?.querySelector("[data-card-link]");

  function begin(event, card) {
    const box = card.getBoundingClientRect();
    drag = { card, id: card.dataset.card, x: event.clientX, y: event.clientY, dx: event.clientX - box.left, dy: event.clientY - box.top,
      width: box.width, started: false, pointer: event.pointerId, touch: event.pointerType === "touch" };
    if (drag.touch) {
      drag.timer = setTimeout(lift, pressFor);
    }
  }

  function lift() {
    drag.started = true;
    drag.ghost = drag.card.cloneNode(true);
    drag.ghost.removeAttribute("data-card");
    drag.ghost.setAttribute("aria-hidden", "true");
    drag.ghost.querySelectorAll("[id]").forEach(element => element.removeAttribute("id"));
    Object.assign(drag.ghost.style, { position: "fixed", left: "0", top: "0", width: `${drag.width}px`, zIndex: 1500, pointerEvents: "none",
      listStyle: "none", opacity: "0.9", contentVisibility: "visible", boxShadow: "var(--ot-shadow)" });
    drag.line = document.createElement("div");
    Object.assign(drag.line.style, { position: "fixed", height: "2px", background: "var(--ot-accent)", zIndex: 1400, pointerEvents: "none" });
    root.append(drag.ghost, drag.line);
    drag.card.style.opacity = "0.35";
    document.body.style.userSelect = "none";
    follow();
  }

  function follow() {
    drag.ghost.style.transform = `translate(${drag.x - drag.dx}px, ${drag.y - drag.dy}px) rotate(1deg)`;
    const column = columns().find(candidate => {
      const box = candidate.getBoundingClientRect();
      return drag.x >= box.left && drag.x <= box.right;
    });
    if (!column) {
      drag.target = null;
      drag.line.style.display = "none";
      return;
    }
    const others = cards(column).filter(card => card !== drag.card);
    const index = others.findIndex(card => {
      const box = card.getBoundingClientRect();
      return drag.y < box.top + box.height / 2;
    });
    const at = index < 0 ? others.length : index;
    drag.target = { column: Number(column.dataset.column), index: at };
    const list = column.querySelector("ul").getBoundingClientRect();
    const y = at < others.length ? others[at].getBoundingClientRect().top - 5
      : others.length ? others[others.length - 1].getBoundingClientRect().bottom + 3 : list.top;
    Object.assign(drag.line.style, { display: "block", left: `${list.left}px`, width: `${list.width}px`, top: `${y}px` });
    const over = drag.y > innerHeight - edge ? 12 : drag.y < edge ? -12 : 0;
    if (over) {
      scrollBy(0, over);
    }
  }

  function end(drop) {
    if (!drag) {
      return;
    }
    const done = drag;
    drag = null;
    clearTimeout(done.timer);
    done.ghost?.remove();
    done.line?.remove();
    done.card.style.opacity = "";
    document.body.style.userSelect = "";
    if (done.started) {
      // The click that ends a drag must not open the card.
      const swallow = new AbortController();
      addEventListener("click", event => { event.preventDefault(); event.stopPropagation(); }, { capture: true, signal: swallow.signal });
      setTimeout(() => swallow.abort(), 0);
      if (drop && done.target) {
        board.invokeMethodAsync("DropAsync", done.id, done.target.column, done.target.index);
      }
    }
  }

  on(root, "pointerdown", event => {
    const card = event.target.closest("[data-card][data-movable]");
    if (card && event.button === 0 && !event.target.closest("button, input, select, [data-menu]")) {
      begin(event, card);
    }
  });
  on(window, "pointermove", event => {
    if (!drag || event.pointerId !== drag.pointer) {
      return;
    }
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > dragAfter;
    if (!drag.started && drag.touch && far) {
      end(false); // the finger scrolls
      return;
    }
    if (!drag.started && !far) {
      return;
    }
    drag.x = event.clientX;
    drag.y = event.clientY;
    if (drag.started) {
      follow();
    } else {
      lift();
    }
  });
  on(window, "pointerup", () => end(true));
  on(window, "pointercancel", () => end(false));
  on(window, "touchmove", event => { if (drag?.started) { event.preventDefault(); } }, { passive: false });
  on(root, "contextmenu", event => { if (drag?.touch) { event.preventDefault(); } });
  on(root, "dragstart", event => event.preventDefault());

  function step(card, down, right) {
    const shown = columns();
    const column = shown.findIndex(candidate => candidate.contains(card));
    const index = cards(shown[column]).indexOf(card);
    if (down) {
      return cards(shown[column])[index + down];
    }
    for (let next = column + right; next >= 0 && next < shown.length; next += right) {
      const found = cards(shown[next]);
      if (found.length) {
        return found[Math.min(index, found.length - 1)];
      }
    }
    return null;
  }

  function send(event, id, key) {
    event.preventDefault();
    board.invokeMethodAsync("KeyAsync", id, key);
  }

  function carry(event) {
    const id = carrying;
    if (arrows[event.key]) {
      send(event, id, arrows[event.key][0]);
    } else if (event.key === " " || event.key === "Enter") {
      carrying = null;
      send(event, id, "drop");
    } else if (event.key === "Escape" || event.key === "Tab") {
      carrying = null;
      send(event, id, "cancel");
    }
  }

  const arrows = { ArrowUp: ["up", -1, 0], ArrowDown: ["down", 1, 0], ArrowLeft: ["left", 0, -1], ArrowRight: ["right", 0, 1] };

  on(window, "keydown", event => {
    if (event.key === "Escape" && drag) {
      end(false);
    }
  });
  on(window, "pointerdown", event => {
    if (root.querySelector("[data-menu]") && !event.target.closest("[data-menu], [data-menu-button]")) {
      board.invokeMethodAsync("CloseMenu");
    }
  });
  on(root, "keydown", event => {
    const menu = event.target.closest("[data-menu]");
    if (!menu) {
      return;
    }
    const items = [...menu.querySelectorAll("[role=menuitem]")];
    const at = items.indexOf(event.target);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      items[(at + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length].focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      menu.closest("[data-card]").querySelector("[data-menu-button]")?.focus();
      board.invokeMethodAsync("CloseMenu");
    }
  });
  on(root, "keydown", event => {
    const card = event.target.closest("[data-card-link]")?.closest("[data-card]");
    if (!card || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const id = card.dataset.card;
    if (carrying === id) {
      carry(event);
    } else if (arrows[event.key]) {
      event.preventDefault();
      link(step(card, arrows[event.key][1], arrows[event.key][2]))?.focus();
    } else if (event.key === " ") {
      carrying = card.hasAttribute("data-movable") ? id : null;
      send(event, id, "pick");
    } else if (event.key === "1" || event.key === "2" || event.key === "3") {
      send(event, id, event.key);
    }
  });
  // A card that changes its column is drawn anew: until it has the focus again, the keys of who carries it come to the page.
  on(document, "keydown", event => {
    if (carrying && event.target === document.body && !event.ctrlKey && !event.metaKey && !event.altKey) {
      carry(event);
    }
  });

  root.dataset.ready = "true";
  return {
    focusCard(id) {
      link(root.querySelector(`[data-card="${CSS.escape(id)}"]`))?.focus();
    },
    focusMenu() {
      root.querySelector("[data-menu] [role=menuitem]")?.focus();
    },
    dispose() {
      end(false);
      listening.abort();
    },
  };
}
