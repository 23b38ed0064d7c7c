/**
 * The gradient of a loop: the loop backwards, its body the vjp of the body. The forward loop is run with the carries that each round
 * began with stacked as further results; cotangents of captures add up in carries. Both are scans, so all of this can be differentiated again.
 */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { OperationOf } from '../../ir/operations.ts';

export type Vjp = (outputs: readonly Node[], cotangents: readonly Node[], wrt: readonly Node[]) => Node[];

/** The carries that every round began with, stacked. */
const savedCarries = (operation: OperationOf<'scan'>, node: Node): Node[] => {
  const { body, length, carries, sequences, reverse } = operation;
  const begun = body.inputs.slice(1, 1 + carries);
  const outputs = [...body.outputs, ...begun.map((input, i) => ({ name: `begun${i}`, node: input }))];
  const again = ir.scan(
    { body: { inputs: body.inputs, outputs }, length, carries, sequences, reverse, inputs: node.inputs },
    node.span,
  );
  return begun.map((_, i) => ir.part(again, body.outputs.length + i));
};

/** Cotangents of the scan's inputs from those of its parts; undefined where there is none, or where `wanted` says so. */
export const pullScan = (
  node: Node,
  cotangents: readonly (Node | undefined)[],
  wanted: (input: Node) => boolean,
  vjp: Vjp,
): (Node | undefined)[] => {
  const operation = node.operation as OperationOf<'scan'>;
  const { body, length, carries, sequences, reverse } = operation;
  const { inputs } = node;
  const indices = inputs.map((_, i) => i);
  const isFloat = (i: number): boolean => inputs[i].dtype === 'float32';
  const moving = indices.filter((i) => i < carries && isFloat(i));
  const wantedSequences = indices.filter(
    (i) => i >= carries && i < carries + sequences && isFloat(i) && wanted(inputs[i]),
  );
  const wantedCaptures = indices.filter((i) => i >= carries + sequences && isFloat(i) && wanted(inputs[i]));
  const pulledResults = body.outputs.map((_, i) => i).filter((i) => i >= carries && cotangents[i] !== undefined);

  const backwards = ir.loop(
    {
      length,
      reverse: !reverse,
      carries: [
        ...moving.map((i) => cotangents[i] ?? ir.zerosLike(inputs[i])),
        ...wantedCaptures.map((i) => ir.zerosLike(inputs[i])),
      ],
      sequences: [
        ...savedCarries(operation, node),
        ...inputs.slice(carries, carries + sequences),
        ...pulledResults.map((i) => cotangents[i] as Node),
      ],
      span: node.span,
    },
    (round, carried, elements) => {
      // vjp of one round, in terms of the body's own inputs, which then stand for this round's values
      const outputs = [...moving, ...pulledResults].map((i) => body.outputs[i].node);
      const given = [...carried.slice(0, moving.length), ...elements.slice(carries + sequences)];
      const wrt = [...moving, ...wantedSequences, ...wantedCaptures].map((i) => body.inputs[i + 1]);
      const values = [round, ...elements.slice(0, carries + sequences), ...inputs.slice(carries + sequences)];
      const pulled = ir.substitute(vjp(outputs, given, wrt), new Map(body.inputs.map((x, i) => [x, values[i]])));
      const sums = wantedCaptures.map((_, j) =>
        ir.add(carried[moving.length + j], pulled[moving.length + wantedSequences.length + j]),
      );
      return {
        carries: [...pulled.slice(0, moving.length), ...sums],
        results: pulled.slice(moving.length, moving.length + wantedSequences.length),
      };
    },
  );

  const found: (Node | undefined)[] = inputs.map(() => undefined);
  moving.forEach((i, j) => (found[i] = backwards.carries[j]));
  wantedCaptures.forEach((i, j) => (found[i] = backwards.carries[moving.length + j]));
  wantedSequences.forEach((i, j) => (found[i] = backwards.results[j]));
  return found;
};
