// What part of the canvas is seen: origin in canvas pixels, zoom, size in CSS pixels.

export const zoomRange = { min: 0.1, max: 4 };

export class View {
  x = 0;
  y = 0;
  zoom = 1;
  width = 1;
  height = 1;

  toCanvas(point) { return { x: this.x + point.x / this.zoom, y: this.y + point.y / this.zoom }; }

  toScreen(point) { return { x: (point.x - this.x) * this.zoom, y: (point.y - this.y) * this.zoom }; }

  get window() { return { x: this.x, y: this.y, width: this.width / this.zoom, height: this.height / this.zoom }; }

  pan(dx, dy) {
    this.x -= dx / this.zoom;
    this.y -= dy / this.zoom;
  }

  /** Zooms so that what lies under the point stays under it. */
  zoomAt(point, zoom) {
    const before = this.toCanvas(point);
    this.zoom = Math.min(zoomRange.max, Math.max(zoomRange.min, zoom));
    this.x = before.x - point.x / this.zoom;
    this.y = before.y - point.y / this.zoom;
  }

  fit(bounds, most = 1) {
    if (!bounds) {
      this.zoom = 1;
      this.x = -this.width / 2;
      this.y = -this.height / 2;
      return;
    }
    const room = this.#room;
    const zoom = Math.min((this.width - 2 * room) / bounds.width, (this.height - 2 * room) / bounds.height, most);
    this.zoom = Math.min(zoomRange.max, Math.max(zoomRange.min, zoom));
    this.x = bounds.x + bounds.width / 2 - this.width / 2 / this.zoom;
    this.y = bounds.y + bounds.height / 2 - this.height / 2 / this.zoom;
  }

  /** Shows the left of a rectangle at a zoom; of one that is too high, its upper left. */
  begin(bounds, zoom) {
    this.zoom = zoom;
    const room = this.#room / zoom, height = this.height / zoom;
    this.x = bounds.x - room;
    this.y = bounds.height + 2 * room < height ? bounds.y + bounds.height / 2 - height / 2 : bounds.y - room;
  }

  /** What stays free around a flow, in CSS pixels. */
  get #room() { return this.width < 720 ? 24 : 48; }

  /** Moves as little as needed to bring a rectangle into sight. */
  reveal(rect) {
    const seen = this.window, room = 32 / this.zoom;
    if (rect.x - room < seen.x || rect.width > seen.width) this.x = rect.x - room;
    else if (rect.x + rect.width + room > seen.x + seen.width) this.x = rect.x + rect.width + room - seen.width;
    if (rect.y - room < seen.y || rect.height > seen.height) this.y = rect.y - room;
    else if (rect.y + rect.height + room > seen.y + seen.height) this.y = rect.y + rect.height + room - seen.height;
  }
}
