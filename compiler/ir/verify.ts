/**
 * Whether a graph is well formed: types as the rules compute them, inputs listed, scans read by `part` only, loop bodies likewise.
 * For tests and between passes: a violation is a bug of the compiler.
 */
import { typeOf } from '../rules/shapes.ts';
import { topological, type Graph, type Node } from './graph.ts';
import { sameList } from './shape.ts';

const describe = ({ operation, dtype, shape }: Node): string => `${operation.op} ${dtype}[${shape.join(',')}]`;

const bug = (where: string, why: string): never => {
  throw new Error(`internal: not a well-formed graph${where}: ${why}`);
};

/** Throws `internal: ...`, or returns the graph. */
export const verify = (graph: Graph, where = ''): Graph => {
  const listed = new Set(graph.inputs);
  if (listed.size !== graph.inputs.length) bug(where, 'an input is listed twice');
  for (const node of graph.inputs)
    if (node.operation.op !== 'input') bug(where, `${describe(node)} is listed as an input`);
  for (const { name, node } of graph.outputs)
    if (node.operation.op === 'scan') bug(where, `the output ${name} is a loop, not a part of it`);
  for (const node of topological(graph.outputs.map((o) => o.node))) {
    const { operation, inputs } = node;
    if (operation.op === 'input' && !listed.has(node)) bug(where, `the input ${operation.name} is not listed`);
    if (operation.op !== 'part' && inputs.some((x) => x.operation.op === 'scan'))
      bug(where, `${describe(node)} reads a loop`);
    const type = typeOf(operation, inputs);
    if (type.dtype !== node.dtype || !sameList(type.shape, node.shape))
      bug(where, `${describe(node)} should be ${type.dtype}[${type.shape.join(',')}]`);
    if (operation.op === 'scan') verify(operation.body, `${where} in a loop`);
  }
  return graph;
};
