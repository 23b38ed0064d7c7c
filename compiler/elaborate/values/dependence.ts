/** What a node depends on: parameters, draws, data. Answers are kept, since graphs are asked about many times. */
import type { Node } from '../../ir/graph.ts';

type Question = (node: Node) => boolean;

/** Does the node reach one for which `is` holds? Loop bodies are looked into, if `bodies`. Not recursive: graphs may be deep. */
const reaching = (is: Question, bodies = true): Question => {
  const known = new WeakMap<Node, boolean>();
  const ask = (root: Node): boolean => {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack[stack.length - 1];
      if (known.has(node)) {
        stack.pop();
        continue;
      }
      const waiting = node.inputs.filter((x) => !known.has(x));
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      stack.pop();
      const inside = bodies && node.operation.op === 'scan' && node.operation.body.outputs.some((o) => ask(o.node));
      known.set(node, is(node) || inside || node.inputs.some((x) => known.get(x)));
    }
    return known.get(root) as boolean;
  };
  return ask;
};

const isInput =
  (prefix: string) =>
  ({ operation }: Node): boolean =>
    operation.op === 'input' && operation.name.startsWith(prefix);

/** Inputs of loop bodies are not fed from outside. */
const isLoopInput = (name: string): boolean => /^(round|carry\d+|element\d+|capture\d+)$/.test(name);

/** Does the value need this input? */
export const reads = (root: Node, input: Node): boolean => reaching((node) => node === input)(root);

const slopes = new WeakSet<Node>();
/** Remembers what `grad` gave. */
export const noteSlope = (node: Node): Node => {
  slopes.add(node);
  return node;
};
export const isSlope = (node: Node): boolean => slopes.has(node);

/** Reads a variable: something that training may change. */
export const dependsOnParameters = reaching(isInput('var:'));
/** Draws where there is nothing to draw from: see latents.ts. */
export const drawsAnyway = reaching(isInput('undrawn'));
/** May be differentiated: reads a variable, what `grad` stands before, or in a loop what comes from outside or from the round before. */
export const isDifferentiated = reaching(
  ({ operation }) =>
    operation.op === 'input' &&
    (operation.name.startsWith('var:') || operation.name === 'variable' || isLoopInput(operation.name)),
  false,
);
/** Reads anything that is fed: it has no value while compiling. */
export const isFed = reaching(({ operation }) => operation.op === 'input' && !isLoopInput(operation.name));
export const isRandom = reaching(({ operation }) => operation.op === 'random');
