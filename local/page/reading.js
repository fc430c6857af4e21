// Where the reader is in the diagram: it follows what is drawn until they scroll away themselves. And its keys.

const KEYS = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
/** For so long a reader's movement goes on scrolling: inertia, a held key; a bar may be held before it is dragged. */
const MOVES = { wheel: 700, touchmove: 700, keydown: 700, pointerdown: 5000 };

export class Reading {
  constructor(panel, latest) {
    Object.assign(this, { panel, latest, follows: true, movesUntil: 0 });
    for (const [move, milliseconds] of Object.entries(MOVES)) panel.addEventListener(move, () => this.moves(milliseconds), { passive: true });
    panel.addEventListener('scroll', () => this.scrolled());
    panel.addEventListener('keydown', (event) => this.key(event));
    panel.addEventListener('focusin', ({ target }) => (panel.tabIndex = target === panel ? 0 : -1));
    panel.addEventListener('focusout', () => (panel.tabIndex = 0));
    latest.addEventListener('click', () => this.resume());
    // The window's size changes what is in sight, not where the reader wants to be.
    new ResizeObserver(() => this.keep()).observe(panel);
  }

  moves(milliseconds) {
    this.movesUntil = Math.max(this.movesUntil, performance.now() + milliseconds);
  }

  /** Only the reader's own scrolling counts: neither ours, nor the browser's when something grows or shrinks. */
  scrolled() {
    if (performance.now() > this.movesUntil) return;
    this.moves(MOVES.wheel);
    this.follows = this.panel.scrollHeight - this.panel.scrollTop - this.panel.clientHeight < 4;
    if (this.follows) this.latest.hidden = true;
  }

  /** Something was drawn. */
  grown() {
    this.keep();
    this.latest.hidden = this.follows;
  }

  keep() {
    if (this.follows) this.panel.scrollTop = this.panel.scrollHeight;
  }

  resume() {
    this.follows = true;
    this.latest.hidden = true;
    this.keep();
  }

  key(event) {
    const step = KEYS[event.key];
    if (event.key === 'Escape') return this.panel.focus();
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const steps = [...this.panel.querySelectorAll('summary')];
    if (!steps.length) return;
    const at = steps.indexOf(document.activeElement);
    const from = at < 0 ? (step > 0 ? -1 : steps.length) : at;
    steps[Math.max(0, Math.min(steps.length - 1, from + step))].focus();
    event.preventDefault();
  }
}
