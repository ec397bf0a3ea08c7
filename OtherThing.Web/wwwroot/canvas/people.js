// Who else is here: the same eight colours as in FlowPeople.razor.css.

const colours = ['#79b8ff', '#f783ac', '#e3b341', '#b197fc', '#56d364', '#ff9b72', '#4cc2b0', '#c9d1d9'];
const still = 200, away = 30_000;

export class People {
  #server;
  #changed;
  #people = new Map();
  #cursors = new Map();
  #told = 0;
  #timer = 0;
  #place = null;

  constructor(server, changed) {
    this.#server = server;
    this.#changed = changed;
  }

  /** What others have selected, by step id. */
  selected = {};

  set(people) {
    this.#people = new Map(people.map(person => [person.id, { name: person.name || 'Somebody', colour: colours[person.colour % colours.length] }]));
    this.selected = {};
    for (const person of people) for (const id of person.selection) this.selected[id] = this.#people.get(person.id);
    for (const id of this.#cursors.keys()) if (!this.#people.has(id)) this.#cursors.delete(id);
    this.#changed();
  }

  move(cursors) {
    for (const { editorId, x, y } of cursors) {
      if (x === null || y === null) this.#cursors.delete(editorId);
      else this.#cursors.set(editorId, { x, y, at: performance.now() });
    }
    this.#changed();
  }

  /** The cursors of the others; one that has not moved for long is not shown. */
  get cursors() {
    const now = performance.now();
    return [...this.#cursors].filter(([id, cursor]) => this.#people.has(id) && now - cursor.at < away)
      .map(([id, cursor]) => ({ ...cursor, ...this.#people.get(id) }));
  }

  /** Tells the others where the pointer is, a few times a second, and nobody when nobody is here. */
  point(place) {
    if (!this.#people.size) return;
    this.#place = place;
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#told = performance.now();
      const at = this.#place;
      this.#server.invokeMethodAsync('Point', at && Math.round(at.x), at && Math.round(at.y)).catch(() => {});
    }, Math.max(0, this.#told + still - performance.now()));
  }

  close() {
    clearTimeout(this.#timer);
    this.#people.clear();
  }
}
