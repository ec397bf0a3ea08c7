// Words on the canvas: cut and wrapped to the room there is, measured once.

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The last place up to one in a text that lies between two characters, and not within an emoji or a letter with its accent. */
export const edge = (text, at) => at >= text.length ? text.length : at <= 0 ? 0 : characters.segment(text.slice(0, at + 64)).containing(at).index;

export class Texts {
  #known = new Map();

  /** Forgets what was measured: the font may have changed. */
  clear() { this.#known.clear(); }

  cut(context, text, room) {
    const key = `${context.font}\n${Math.round(room)}\n${text}`;
    let cut = this.#known.get(key);
    if (cut !== undefined) return cut;
    cut = text;
    if (context.measureText(text).width > room) {
      let low = 0, high = text.length;
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if (context.measureText(text.slice(0, middle) + '…').width <= room) low = middle;
        else high = middle - 1;
      }
      cut = low > 0 ? text.slice(0, edge(text, low)).trimEnd() + '…' : '';
    }
    if (this.#known.size > 8000) this.#known.clear();
    this.#known.set(key, cut);
    return cut;
  }

  /** As many lines as there is room for; the last one says when there is more. */
  wrap(context, text, room, most) {
    const lines = [];
    for (const paragraph of text.slice(0, edge(text, 2000)).split('\n')) {
      let line = '';
      for (const word of paragraph.split(' ')) {
        const longer = line ? `${line} ${word}` : word;
        if (context.measureText(longer).width > room && line) {
          lines.push(line);
          line = word;
        } else {
          line = longer;
        }
        if (lines.length >= most) break;
      }
      lines.push(line);
      if (lines.length > most) break;
    }
    if (lines.length > most && most > 0) lines[most - 1] += ' …';
    return lines.slice(0, Math.max(0, most)).map(line => this.cut(context, line, room));
  }
}

/** A note's Markdown without its marks: the canvas draws text of one weight. */
export const unmarked = text => text.replace(/\*\*|__|`/g, '').replace(/^#+ /gm, '');
