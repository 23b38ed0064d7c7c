/** Values in the words of messages, and the coercions whose failure is worth a sentence. */
import { aboutTextColumn } from './texts.ts';
import type { Span } from '../../../grammar/span.ts';
import { fail } from '../../messages.ts';
import { printSpace } from '../../spaces/space.ts';
import type { Space } from '../../spaces/space.ts';
import { Failure } from '../../failure.ts';
import { known, rankOf, tensor, toBit, toReal } from './tensors.ts';
import * as ir from '../../ir/build.ts';
import type { Data, Template, Tensor, TextColumn, Value } from './values.ts';

/** The parts of a tuple; a record is one too, in the order of its fields. */
export const partsOf = (v: Value): readonly Value[] | undefined =>
  v.kind === 'tuple' || v.kind === 'list' ? v.items : v.kind === 'record' ? [...v.fields.values()] : undefined;

/** The same of rows: what is no tuple and no record has none. */
export const templateParts = (t: Template): readonly Template[] =>
  t.kind === 'tuple' ? t.items : t.kind === 'record' ? [...t.fields.values()] : [];

export const spaceOfTemplate = (t: Template): Space => {
  switch (t.kind) {
    case 'leaf':
      return t.space;
    case 'texts':
      return { kind: 'text' };
    case 'sequence':
      return { kind: 'sequence', element: spaceOfTemplate(t.element) };
    case 'tuple':
      return { kind: 'tuple', items: t.items.map(spaceOfTemplate) };
    case 'record':
      return { kind: 'record', fields: new Map([...t.fields].map(([name, f]) => [name, spaceOfTemplate(f)])) };
  }
};

/** The space of a value of data, or undefined for what has none (models, distributions, ...). */
export const spaceOf = (v: Value): Space | undefined => {
  switch (v.kind) {
    case 'tensor':
      return v.space;
    case 'along': {
      const element = spaceOf(v.element);
      return element && { kind: v.length ? 'sequence' : 'data', element };
    }
    case 'texts':
    case 'text':
      return { kind: 'text' };
    case 'data':
      return { kind: 'data', element: spaceOfTemplate(v.template) };
    case 'tuple': {
      const items = v.items.map(spaceOf);
      return items.every((s) => s !== undefined) ? { kind: 'tuple', items: items as Space[] } : undefined;
    }
    case 'record': {
      const fields = [...v.fields].map(([name, f]) => [name, spaceOf(f)] as const);
      return fields.every(([, s]) => s !== undefined)
        ? { kind: 'record', fields: new Map(fields as [string, Space][]) }
        : undefined;
    }
    default:
      return undefined;
  }
};

/** What goes by a name of its own, with it. */
export const byName = (v: Value): string | undefined => {
  switch (v.kind) {
    case 'function':
      return v.name === '' ? undefined : `the function \`${v.name}\``;
    case 'model':
      return `the model \`${v.declaration.name.text}\``;
    case 'paradigm':
      return `the paradigm \`${v.name}\``;
    case 'optimiser':
      return `the optimiser \`${v.name}\``;
    case 'space':
      return `the space ${printSpace(v.space)}`;
    case 'text':
      return `the text "${v.text}"`;
    case 'range':
      return `the range ${v.from}..${v.to}`;
    default:
      return undefined;
  }
};

/** What a reader would call the value. */
export const describe = (v: Value): string => {
  const space = v.kind === 'data' ? undefined : spaceOf(v);
  if (space && v.kind !== 'text') return printSpace(space);
  const named = byName(v);
  if (named !== undefined) return named;
  switch (v.kind) {
    case 'data':
      return `a data set ${printSpace(spaceOfTemplate(v.template))}`;
    case 'dist':
      return v.family === '' ? 'a distribution' : `a distribution (${v.family})`;
    case 'function':
      return 'a function';
    case 'member':
      return `a member of the model \`${v.model.declaration.name.text}\``;
    case 'stage':
      return 'a trained problem';
    case 'tuple':
      return `a tuple of ${v.items.length}`;
    case 'record':
      return `a record (${[...v.fields.keys()].join(', ')})`;
    case 'list':
      return `a list of ${v.items.length}`;
    case 'along':
      return `an array of ${describe(v.element)}`;
    case 'missing':
      return '`missing`';
    default:
      return 'a value';
  }
};

/** Stops silently: the cause has been reported. */
export const poisoned = (): never => {
  throw new Failure([]);
};

export const aboutTexts = {
  help: 'texts become classes in the data set, `class(r.species)`, or truth values, `class(r.answer == "yes")`',
};

/** Texts that are known when compiling: those of all rows, not of rows drawn at random. */
export const knownTexts = (column: TextColumn, span: Span): TextColumn =>
  column.drawn
    ? fail('L0302', span, { expected: 'a number or an array', seen: 'Text', slip: 'texts' }, aboutTexts)
    : column;

export const asTensor = (v: Value, span: Span, where?: string): Tensor => {
  switch (v.kind) {
    case 'tensor':
      return v;
    case 'poison':
      return poisoned();
    case 'range': {
      const data = Float32Array.from({ length: Math.max(0, v.to - v.from + 1) }, (_, i) => v.from + i);
      return tensor(ir.constant({ dtype: 'float32', shape: [data.length], data }), [], {
        kind: 'tensor',
        element: { kind: 'Int' },
        shape: [data.length],
      });
    }
    case 'model':
      return fail('L0311', span, { name: v.declaration.name.text });
    default: {
      const slip = v.kind === 'texts' ? 'texts' : v.kind === 'function' ? 'loss' : undefined;
      const hint = v.kind === 'texts' ? (aboutTextColumn(v) ?? aboutTexts) : {};
      return fail('L0302', span, { expected: 'a number or an array', seen: describe(v), where, slip }, hint);
    }
  }
};

/** A number that is known while compiling. */
export const asStatic = (v: Value, span: Span, what: string): number => {
  const t = asTensor(v, span, what);
  const x = known(t);
  return x === undefined ? fail('L0307', span, { what }) : x;
};

/** A whole number, known while compiling: negative ones count from the end. */
export const asWhole = (v: Value, span: Span, what: string): number => {
  const x = asStatic(v, span, what);
  return Number.isInteger(x) ? x : fail('L0302', span, { expected: 'a whole number', seen: String(x), where: what });
};

/** Of nothing there is no least and no greatest one. */
export const someToChoose = (op: 'argmax' | 'argmin', size: number, span: Span): void => {
  if (size === 0) fail('L0302', span, { expected: 'at least one entry', seen: 'none', where: `\`${op}\`` });
};

export const asCount = (v: Value, span: Span, what: string): number => {
  const x = asStatic(v, span, what);
  return Number.isInteger(x) && x >= 0
    ? x
    : fail('L0302', span, { expected: 'a whole number, 0 or more', seen: String(x), where: what });
};

const oneNumber = (v: Value, span: Span, about: { readonly what: string; readonly summed?: boolean }): Tensor => {
  const t = asTensor(v, span, about.what);
  return rankOf(t) === 0 ? toReal(t) : fail('L0402', span, { ...about, seen: printSpace(t.space) });
};

export const asScalar = (v: Value, span: Span, what: string): Tensor => oneNumber(v, span, { what });

/** What is minimised or measured: of an array its mean or its sum is meant. */
export const asMeasure = (v: Value, span: Span, what: string): Tensor => oneNumber(v, span, { what, summed: true });

export const noData = (v: Value, span: Span, where: string, help?: string): never => {
  const slip = v.kind === 'function' ? 'set to be made' : v.kind === 'dist' ? 'distribution' : undefined;
  return fail('L0302', span, { expected: 'a data set', seen: describe(v), where, slip }, { help });
};

export const asData = (v: Value, span: Span, what: string): Data =>
  v.kind === 'data' ? v : v.kind === 'poison' ? poisoned() : noData(v, span, what);

/** Applies `f` to every tensor in a structured value, in order (`i` counts them). */
export const mapTensors = (value: Value, f: (t: Tensor, i: number) => Value): Value => {
  let count = 0;
  const map = (v: Value): Value => {
    switch (v.kind) {
      case 'tensor':
        return f(v, count++);
      case 'tuple':
        return { ...v, items: v.items.map(map) };
      case 'list':
        return { ...v, items: v.items.map(map) };
      case 'record':
        return { ...v, fields: new Map([...v.fields].map(([name, x]) => [name, map(x)])) };
      case 'along': {
        const element = map(v.element);
        const [mask, length] = [v.mask, v.length].map((t) => t && (f(t, count++) as Tensor));
        return { ...v, element, mask: mask && toBit(mask), length: length && toReal(length) };
      }
      default:
        return v;
    }
  };
  return map(value);
};

/** The tensors of a structured value, in order. */
export const tensorsOf = (v: Value): Tensor[] => {
  const found: Tensor[] = [];
  mapTensors(v, (t) => {
    found.push(t);
    return t;
  });
  return found;
};
