// Where the lines of a log lie, in px. Wrapped ones are as high as they were measured, or as those are on an average.
export const HEIGHT = 18; // px of a line that is not wrapped, as in page.css
const REST = 8; // px below the last one
const TALLEST = 8e6; // px: browsers end somewhere above that
const EXACT = 1e5; // px at both ends of a higher log that are not scrolled in proportion
const MOST = 2000; // lines that are known at once

export class Lines {
  constructor() { this.total = 0; this.forget(HEIGHT); }

  forget(each) {
    this.each = each;
    this.heights = new Map();
  }

  top(line) {
    let top = line * this.each;
    for (const [at, height] of this.heights) if (at < line) top += height - this.each;
    return top;
  }

  at(top) {
    let [line, beyond] = [0, this.total];
    while (beyond - line > 1) {
      const middle = Math.floor((line + beyond) / 2);
      if (this.top(middle) <= top) line = middle;
      else beyond = middle;
    }
    return line;
  }

  // Whether anything is not as it was thought.
  measure(first, rows) {
    if (this.heights.size > MOST) this.heights.clear();
    let isNew = false;
    for (const [nth, row] of [...rows].entries()) {
      const { height } = row.getBoundingClientRect();
      isNew ||= height !== this.heights.get(first + nth);
      this.heights.set(first + nth, height);
    }
    this.each = [...this.heights.values()].reduce((sum, height) => sum + height, 0) / this.heights.size || this.each;
    return isNew;
  }

  // How far one could scroll, `seen` px being seen; how far a browser does, and the height it does that with.
  range(seen) {
    const height = this.top(this.total) + REST;
    const all = Math.max(0, height - seen);
    const most = Math.min(all, TALLEST);
    return [all, most, height - all + most];
  }
}

// From a place in what can be scrolled to one in the lines, or back.
export const across = (at, from, to) => {
  if (from === to || at < EXACT) return at;
  if (at > from - EXACT) return to - from + at;
  return EXACT + ((at - EXACT) * (to - 2 * EXACT)) / (from - 2 * EXACT);
};
