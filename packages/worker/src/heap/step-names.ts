/**
 * Steps through a heap in the words of the language: what V8 keeps between two things that a program knows (contexts, backing stores,
 * reactions of promises) is told as the one edge that the program has there.
 */
import type { HeapStep } from '@cooperage/protocol/heap-look';
import type { HeapGraph } from './graph.ts';

/** `edge` -1: an entry of a WeakMap whose table `from` is; `key` is its key then. -2: an entry of a table of the realm, whose key `from` is. */
export type RawStep = {
  readonly from: number;
  readonly edge: number;
  readonly key: number | undefined;
  /** What leads to the key, in words. */
  readonly keyFrom: string | undefined;
  readonly to: number;
};

const TEXT_LENGTH = 80;
const cut = (text: string): string => (text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)}...` : text);

export const describeNode = (graph: HeapGraph, node: number): string => {
  const [type, name] = [graph.nodeType(node), cut(graph.nodeName(node))];
  if (type === 'closure') return name === '' ? 'function' : `function ${name}`;
  if (name === 'system / JSProxy') return 'Proxy';
  if (name === 'Object') return 'object';
  return type === 'regexp' ? `RegExp ${name}` : name === '' ? type : name;
};

/** What a WeakMap or WeakSet of a vat keeps its entries in; see `liveslots/weak/weak-globals.ts`. */
const isInsideWeak = (graph: HeapGraph, { from, edge }: RawStep): boolean => {
  if (edge < 0) return false;
  const [name, holder] = [graph.edgeName(edge), graph.nodeName(from)];
  if (name === '#others' || name === '#named') return holder === 'WeakMap' || holder === 'WeakSet';
  return name === 'entries' && holder === 'NamedTable';
};

/** Whether a program knows what a step leads to. */
const isVisible = (graph: HeapGraph, step: RawStep): boolean => {
  const [type, name] = [graph.nodeType(step.to), graph.nodeName(step.to)];
  if (name.startsWith('system /')) return name === 'system / JSProxy';
  return !['array', 'hidden', 'code', 'object shape'].includes(type) && !isInsideWeak(graph, step);
};

const tellProperty = (name: string): string => {
  const [, accessor, property] = /^(get|set) (.+)$/s.exec(name) ?? [];
  if (property !== undefined) return `${accessor}ter of ${JSON.stringify(cut(property))}`;
  if (name === '__proto__') return 'prototype';
  if (name.startsWith('#')) return `private field ${cut(name)}`;
  const [, symbol] = /^<symbol (.*)>$/s.exec(name) ?? [];
  if (symbol !== undefined) return `property [${cut(symbol)}]`;
  return `property ${JSON.stringify(cut(name))}`;
};

const INTERNAL: Readonly<Record<string, string>> = {
  bound_this: 'bound this',
  bound_function: 'bound function',
  reactions_or_result: 'value',
  parameters_and_registers: 'variable of the paused function',
  extension: 'paused function',
};

const tellProxy = (name: string | number): string | undefined =>
  ({ 1: 'target of the proxy', 2: 'handler of the proxy', target: 'target of the proxy', handler: 'handler of the proxy' })[name];

const tellOne = (graph: HeapGraph, { from, edge }: RawStep): string => {
  const [type, name] = [graph.edgeType(edge), graph.edgeName(edge)];
  if (type === 'property') return tellProperty(String(name));
  if (type === 'element') return `element ${name}`;
  if (type === 'context') return `closure variable ${cut(String(name))}`;
  if (graph.nodeName(from) === 'system / JSProxy') return tellProxy(name) ?? String(name);
  const [, argument] = /^bound_argument_(\d+)$/.exec(String(name)) ?? [];
  if (argument !== undefined) return `bound argument ${argument}`;
  return INTERNAL[name] ?? `internal ${cut(String(name))}`;
};

/** In a table of keys and values the key stands before its value. */
const findNamedKey = (graph: HeapGraph, { from, edge }: RawStep): string | undefined => {
  const index = Number(graph.edgeName(edge));
  for (let other = graph.firstEdge(from); other < graph.firstEdge(from + 1); other += 1) {
    if (Number(graph.edgeName(other)) === index - 1) return graph.nodeName(graph.edgeTarget(other));
  }
  return undefined;
};

/** Several steps of the engine that are one of the program. */
const tellSome = (graph: HeapGraph, group: readonly RawStep[]): string => {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return '';
  const weak = group.find(({ edge }) => edge < 0);
  if (weak?.edge === -2) return 'kept with it by the runtime';
  if (weak?.key !== undefined) {
    const holder = weak.keyFrom === undefined ? '' : `, to which ${weak.keyFrom} leads`;
    return `WeakMap entry under the key ${describeNode(graph, weak.key)}${holder}`;
  }
  const names = group.map(({ edge }) => String(graph.edgeName(edge)));
  if (names[0] === '#named') return `WeakMap entry under the key ${findNamedKey(graph, last) ?? 'of some name'}`;
  if (graph.edgeType(last.edge) === 'context') return `closure variable ${cut(names.at(-1) ?? '')}`;
  const holder = graph.nodeName(first.from);
  if (names[0] === 'table' && (holder === 'Map' || holder === 'Set')) return holder === 'Map' ? 'entry' : 'member';
  if (names[0] === 'elements') return `element ${names.at(-1)}`;
  if (names[0] === 'properties') return 'property';
  if (names[0] === 'reactions_or_result') return 'who waits for it';
  if (names[0] === 'parameters_and_registers') return tellOne(graph, first);
  if (names.includes('extension')) return 'paused function';
  if (names[0] === 'context') return 'internal variable';
  if (/Iterator/.test(holder)) return 'what it goes through';
  return group.length === 1 ? tellOne(graph, last) : `internal ${names.map(name => cut(name)).join(' / ')}`;
};

export const describeSteps = (graph: HeapGraph, raw: readonly RawStep[]): readonly HeapStep[] => {
  const steps: HeapStep[] = [];
  let group: RawStep[] = [];
  for (const [i, step] of raw.entries()) {
    group.push(step);
    if (i < raw.length - 1 && !isVisible(graph, step)) continue;
    const isOne = group.length === 1 && step.edge >= 0 && !/Iterator/.test(graph.nodeName(step.from));
    steps.push({ edge: isOne ? tellOne(graph, step) : tellSome(graph, group), to: describeNode(graph, step.to) });
    group = [];
  }
  return steps;
};
