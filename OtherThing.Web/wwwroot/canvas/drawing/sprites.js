// Pictures of cards: a card is drawn once and then copied, until what it shows changes. While the zoom changes the picture of
// another zoom is stretched; when it rests the pictures are drawn anew, a few a frame.

const most = 6_000_000, refreshFor = 5, rest = 120;

/** How far a card's ports and frame reach beyond it, in canvas pixels. */
export const margin = 8;

export class Sprites {
  #kept = new Map();
  #scratch = new OffscreenCanvas(1, 1);
  #pixels = 0;
  #scale = 0;
  #zoomedAt = -Infinity;
  #until = 0;
  #turn = 0;

  /** True when pictures of another zoom are still shown. */
  stale = false;

  clear() {
    this.#kept.forEach(sprite => sprite.bitmap.close());
    this.#kept.clear();
    this.#pixels = 0;
  }

  /** Begins a frame. */
  begin(scale, now) {
    if (scale !== this.#scale) {
      // The first frame of a canvas is no zooming.
      if (this.#scale) this.#zoomedAt = now;
      this.#scale = scale;
    }
    this.zooming = now - this.#zoomedAt < rest;
    this.stale = false;
    this.#turn++;
    this.#until = performance.now() + refreshFor;
    if (this.#pixels > most) this.#forget();
  }

  /**
   * Copies a card's picture to a place.
   * @param place where the card with its margin lies, in device pixels
   * @param size  of the card with its margin, in canvas pixels
   * @param shows what the picture depends on
   * @param paint draws it, when there is none to copy
   */
  draw(context, id, place, size, shows, paint) {
    let sprite = this.#kept.get(id);
    const known = sprite && sprite.shows.length === shows.length && sprite.shows.every((each, at) => each === shows[at]);
    const ratio = known ? this.#scale / sprite.scale : 1;
    if (!known || (ratio !== 1 && (ratio > 2.5 || ratio < 0.3 || (!this.zooming && performance.now() < this.#until)))) {
      sprite = this.#make(id, sprite, size, shows, paint);
    } else if (ratio !== 1) {
      this.stale = true;
    }
    sprite.turn = this.#turn;
    if (sprite.scale === this.#scale) context.drawImage(sprite.bitmap, Math.round(place.x), Math.round(place.y));
    else context.drawImage(sprite.bitmap, place.x, place.y, size.width * this.#scale, size.height * this.#scale);
  }

  #make(id, old, size, shows, paint) {
    const scratch = this.#scratch;
    scratch.width = Math.max(1, Math.ceil(size.width * this.#scale));
    scratch.height = Math.max(1, Math.ceil(size.height * this.#scale));
    const context = scratch.getContext('2d');
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    context.textBaseline = 'middle';
    paint(context);
    const sprite = { shows, scale: this.#scale, bitmap: scratch.transferToImageBitmap(), turn: this.#turn };
    this.#pixels += sprite.bitmap.width * sprite.bitmap.height - (old ? old.bitmap.width * old.bitmap.height : 0);
    old?.bitmap.close();
    this.#kept.set(id, sprite);
    return sprite;
  }

  /** Lets go of the pictures that were not shown lately. */
  #forget() {
    for (const [id, sprite] of this.#kept) {
      if (sprite.turn >= this.#turn - 2) continue;
      this.#pixels -= sprite.bitmap.width * sprite.bitmap.height;
      sprite.bitmap.close();
      this.#kept.delete(id);
    }
  }
}
