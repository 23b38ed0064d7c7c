/**
 * What an engine has no kernel for, or does badly, said in operations that it does well. Graph -> graph.
 */
import type { Graph } from '../../compiler/ir/graph.ts';
import type { EngineName } from './engine.ts';

export const legaliseFor = (_name: EngineName, graph: Graph): Graph => graph;
