import { sides, type Histogram, type Side } from './messages';

export interface Point {
  readonly step: number;
  readonly value: number;
}

const size = { width: 540, height: 240 };
const room = { left: 52, right: 118, top: 10, bottom: 26 };
/** Of the names of curves on a phone, where text is largest. */
const lineHeight = 20;
const names: Readonly<Record<Side, string>> = { baseline: 'baseline', treatment: 'normalized' };

/** Draws one curve a side into an SVG; each is named at its end. Without values it says `nothing`. */
export function drawCurves(
  svg: Element,
  curves: Readonly<Record<Side, readonly Point[]>>,
  nothing: string,
): void {
  svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
  const all = sides.flatMap((side) => curves[side]);
  if (all.length === 0) {
    const middle = { x: size.width / 2, y: size.height / 2, 'text-anchor': 'middle' };
    svg.replaceChildren(element('text', middle, nothing));
    return;
  }
  const last = Math.max(10, ...all.map(({ step }) => step));
  const values = all.map(({ value }) => value);
  const ticks = ticksBetween(Math.min(...values), Math.max(...values));
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];
  const x = (step: number): number =>
    room.left + (step / last) * (size.width - room.left - room.right);
  const y = (value: number): number =>
    size.height -
    room.bottom -
    ((value - low) / (high - low)) * (size.height - room.bottom - room.top);
  const lines = ticks.flatMap((tick) => [
    element('line', { class: 'grid', x1: room.left, x2: x(last), y1: y(tick), y2: y(tick) }),
    element('text', { x: room.left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, shortly(tick)),
  ]);
  const steps = ticksBetween(0, last)
    .filter((tick) => tick <= last)
    .map((tick) =>
      element('text', { x: x(tick), y: size.height - 8, 'text-anchor': 'middle' }, shortly(tick)),
    );
  const unit = element('text', { x: x(last) + 24, y: size.height - 8 }, 'step');
  svg.replaceChildren(...lines, ...steps, unit, ...drawn(curves, x, y));
}

function drawn(
  curves: Readonly<Record<Side, readonly Point[]>>,
  x: (step: number) => number,
  y: (value: number) => number,
): Element[] {
  const ends = sides.map((side) => ({ side, end: curves[side].at(-1) }));
  const heights = ends.map(({ end }) => (end === undefined ? NaN : y(end.value)));
  // Two names at one height would cover each other.
  const [first = NaN, second = NaN] = heights;
  const apart = Math.abs(first - second);
  const push = apart < lineHeight ? (lineHeight - apart) / 2 : 0;
  const up = first <= second ? 0 : 1;
  return ends.flatMap(({ side, end }, index) => {
    if (end === undefined) return [];
    const points = curves[side].map(
      ({ step, value }) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`,
    );
    const at = (heights[index] ?? 0) + (index === up ? -push : push) + 4;
    return [
      element('polyline', { class: `curve ${side}`, points: points.join(' ') }),
      // A curve of one value is a point.
      element('circle', { class: side, cx: x(end.step), cy: y(end.value), r: 3 }),
      element('text', { class: side, x: x(end.step) + 6, y: at }, names[side]),
    ];
  });
}

/** A small bar chart of counts, with its range below. */
export function histogramSvg(name: string, { low, high, counts }: Histogram): Element {
  const figure = document.createElement('figure');
  const svg = element('svg', {
    viewBox: `0 0 ${counts.length * 5} 40`,
    role: 'img',
    'aria-label': `${name}: values from ${shortly(low)} to ${shortly(high)}`,
    preserveAspectRatio: 'none',
  });
  const most = Math.max(1, ...counts);
  svg.append(
    ...counts.map((count, bin) => {
      const height = (count / most) * 38;
      return element('rect', { x: bin * 5, y: 40 - height, width: 4, height });
    }),
  );
  const caption = document.createElement('figcaption');
  const range = Object.assign(document.createElement('span'), {
    textContent: `${shortly(low)} to ${shortly(high)}`,
  });
  caption.append(name, range);
  figure.append(svg, caption);
  return figure;
}

/** Means over the last few values: a loss of one small batch jumps. */
export function smoothed(points: readonly Point[], share = 0.9): Point[] {
  let mean = points[0]?.value ?? 0;
  let kept = share;
  return points.map(({ step, value }, index) => {
    // At the beginning a plain mean.
    kept = Math.min(share, index / (index + 1));
    mean = kept * mean + (1 - kept) * value;
    return { step, value: mean };
  });
}

function ticksBetween(low: number, high: number): number[] {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / 3));
  const width =
    [1, 2, 5, 10].map((factor) => factor * power).find((each) => span / each <= 5) ?? span;
  const first = Math.floor(low / width);
  const count = Math.max(1, Math.ceil(high / width - first));
  return Array.from({ length: count + 1 }, (_, index) => (first + index) * width);
}

function shortly(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en');
}

function element(
  name: string,
  attributes: Record<string, string | number>,
  text?: string,
): Element {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}
