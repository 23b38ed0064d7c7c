/** Which function prints which family of nodes. */
import type { Doc } from 'prettier';
import type { Context, Family } from './context.ts';
import { printDeclaration, printGame, printImported, printModule } from './declarations.ts';
import { printArgument, printBinder, printExpr, printIndexItem, printPair, printStanding } from './expressions.ts';
import { printClause, printCondition, printDuration, printOver } from './problems.ts';
import { printPattern, printSpace, printSpaceArgument } from './spaces.ts';
import { printParameter, printProtocol, printStatement, printStatic } from './statements.ts';

/** A node is of the family under which its parent asked for it. */
type Printer = (node: never, context: Context) => Doc;

const printers: Readonly<Record<Family, Printer>> = {
  expr: printExpr,
  standing: printStanding,
  space: printSpace,
  spaceArgument: printSpaceArgument,
  pattern: printPattern,
  argument: printArgument,
  indexItem: printIndexItem,
  binder: printBinder,
  pair: printPair,
  parameter: printParameter,
  static: printStatic,
  over: printOver,
  condition: printCondition,
  duration: printDuration,
  clause: printClause,
  game: printGame,
  statement: printStatement,
  protocol: printProtocol,
  imported: printImported,
  declaration: printDeclaration,
  module: printModule,
};

export const printNode = (family: Family, node: unknown, context: Context): Doc =>
  printers[family](node as never, context);

/** How far inside bodies the node stands. */
const isBody = (node: unknown): boolean =>
  typeof node === 'object' && node !== null && 'kind' in node && node.kind === 'block';

/** The columns of a line one step further in than the bodies around it. */
export const roomIn = (width: number, ancestors: readonly unknown[]): number =>
  width - 2 - 2 * ancestors.filter(isBody).length;

/** Prints a prepared tree that comes from no text, so that there are neither comments nor lines to keep. */
export const printPlain = (family: Family, node: unknown, width: number): Doc => {
  const below = isBody(node) ? width - 2 : width;
  return printNode(family, node, {
    text: undefined,
    room: width - 2,
    print: (childFamily, ...keys) =>
      printPlain(
        childFamily,
        keys.reduce((at, key) => (at as Readonly<Record<string, unknown>>)[key], node),
        below,
      ),
  });
};
