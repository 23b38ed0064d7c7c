/** Signature help: what can be given to the call around the cursor, and which of it is being given now. */
import type { Parameter, StaticParameter } from '../grammar/tree/patterns.ts';
import { parameterName } from '../grammar/walk.ts';
import { headOf, written } from '../grammar/written.ts';
import { callAt } from './calls.ts';
import type { OpenCall } from './calls.ts';
import { docsMarkdown } from './docs.ts';
import type { Definition } from '../compiler/names/definition.ts';
import { textOf, visibleAt } from './places.ts';
import type { View } from './view.ts';

export interface Signature {
  readonly label: string;
  readonly docs: string;
  /** As they are written in the label. */
  readonly parameters: readonly string[];
}

export interface SignatureHelp {
  readonly signatures: readonly Signature[];
  readonly active: number;
  readonly parameter: number;
}

export const calleesOf = (view: View, call: OpenCall): readonly Definition[] => {
  const local = visibleAt(view, call.start).filter((d) => d.name === call.name);
  const overloads = local[0]?.declaration ? (view.names.declared.get(call.name) ?? local) : local;
  const found = overloads.length > 0 ? overloads : (view.around.library.get(call.name) ?? []);
  return found.filter((d) => d.declaration && !d.parameter);
};

export const parametersOf = (d: Definition, bracket: '(' | '['): readonly (Parameter | StaticParameter)[] => {
  const { declaration } = d;
  if (declaration?.kind !== 'def' && declaration?.kind !== 'model' && declaration?.kind !== 'paradigm') return [];
  if (bracket === '(') return declaration.params ?? [];
  return declaration.kind === 'paradigm' ? [] : declaration.statics;
};

export const signatureHelp = (view: View, offset: number): SignatureHelp | undefined => {
  const call = callAt(view.text, offset);
  if (!call) return undefined;
  const callees = calleesOf(view, call).map((d) => ({ d, params: parametersOf(d, call.bracket) }));
  const useful = callees.filter(({ params }) => params.length > 0);
  if (useful.length === 0) return undefined;
  const signatures = useful.map(({ d, params }): Signature => {
    const source = textOf(view, d.span.file);
    return {
      label: d.declaration ? headOf(d.declaration, source) : d.name,
      docs: d.docs ? docsMarkdown(d.docs) : '',
      parameters: params.map((p) => written(p.span, source)),
    };
  });
  const fits = useful.findIndex(({ params }) => call.argument < params.length);
  const active = Math.max(0, fits);
  const { params } = useful[active];
  const named = call.current === undefined ? -1 : params.findIndex((p) => parameterName(p) === call.current);
  return { signatures, active, parameter: named >= 0 ? named : Math.min(call.argument, params.length - 1) };
};
