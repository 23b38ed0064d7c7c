/**
 * Scales and ticks: from numbers to places between 0 and 1, linear or logarithmic, with round numbers as ticks.
 */

export interface Axis {
  readonly log: boolean;
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** 0 at the low end, 1 at the high end. */
  place(value: number): number;
}

/** 1, 2 or 5 times a power of ten, so that about `count` of them cover the span. */
const roundStep = (span: number, count: number): number => {
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
};

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';
const raised = (n: number): string =>
  String(n)
    .replace('-', '⁻')
    .replace(/\d/g, (d) => superscripts[Number(d)]);

/** A number for people: four significant digits, no noise, thin marks for thousands. */
export const formatNumber = (x: number): string => {
  if (Number.isNaN(x)) return 'NaN';
  if (!Number.isFinite(x)) return x > 0 ? '∞' : '−∞';
  const size = Math.abs(x);
  if (size !== 0 && (size >= 1e7 || size < 1e-4)) {
    const [mantissa, exponent] = x.toExponential(2).split('e');
    return `${String(Number(mantissa)).replace('-', '−')}·10${raised(Number(exponent))}`;
  }
  const rounded = Number(x.toPrecision(size >= 1000 ? 6 : 4));
  const [whole, fraction] = String(rounded).split('.');
  const grouped = whole.replace(/(\d)(?=(\d{3})+$)/g, '$1\u202f');
  return (fraction ? `${grouped}.${fraction}` : grouped).replace('-', '−');
};

const tickLabel = (x: number, step: number): string => {
  if (x === 0) return '0';
  if (Math.abs(x) >= 1e6 || Math.abs(x) < 1e-4) return formatNumber(x);
  if (Math.abs(x) >= 1e4 && x % 1000 === 0) return `${formatNumber(x / 1000)}k`;
  return x.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9))).replace('-', '−');
};

const linear = (from: number, to: number, count: number, tight: boolean): Axis => {
  const span = to - from || Math.abs(to) || 1;
  const step = roundStep(span, count);
  const low = tight ? from : Math.floor(from / step + 1e-9) * step;
  const high = tight ? to || from + 1 : Math.ceil(to / step - 1e-9) * step;
  const [a, b] = high > low ? [low, high] : [low - step, low + step];
  const ticks: { at: number; label: string }[] = [];
  for (let i = Math.ceil(a / step - 1e-9); i * step <= b + step * 1e-6; i++)
    ticks.push({ at: i * step, label: tickLabel(Number((i * step).toPrecision(12)), step) });
  return { log: false, from: a, to: b, ticks, place: (v) => (v - a) / (b - a) };
};

const logarithmic = (from: number, to: number): Axis => {
  const [a, b] = [Math.floor(Math.log10(from) * 2) / 2, Math.ceil(Math.log10(to) * 2) / 2];
  const every = Math.max(1, Math.ceil((b - a) / 6));
  const ticks: { at: number; label: string }[] = [];
  for (let e = Math.ceil(a); e <= b; e += every)
    ticks.push({ at: 10 ** e, label: e >= -3 && e <= 3 ? String(Number((10 ** e).toPrecision(1))) : `10${raised(e)}` });
  return { log: true, from: 10 ** a, to: 10 ** b, ticks, place: (v) => (Math.log10(v) - a) / (b - a) };
};

export interface AxisOptions {
  readonly count?: number;
  /** The axis ends where the data end instead of at a tick. */
  readonly tight?: boolean;
  /** Logarithmic where all values are positive and spread over more than a factor of 30. */
  readonly log?: boolean;
}

export const axisOf = (values: Iterable<number>, options: AxisOptions = {}): Axis => {
  let from = Infinity;
  let to = -Infinity;
  for (const v of values)
    if (Number.isFinite(v)) {
      if (v < from) from = v;
      if (v > to) to = v;
    }
  if (from > to) [from, to] = [0, 1];
  if (options.log && from > 0 && to / from > 30) return logarithmic(from, to);
  return linear(from, to, options.count ?? 5, options.tight ?? false);
};
