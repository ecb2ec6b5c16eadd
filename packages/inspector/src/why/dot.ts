/** An answer as a graph in the language of Graphviz: every holder, and the paths. */
import type { Holder } from './edges.ts';
import type { PathStep } from './explanation.ts';

export type Drawn = {
  readonly node: string;
  readonly what: string;
  readonly holders: { readonly rows: readonly Holder[] };
  readonly path: readonly PathStep[] | null;
  readonly ring: readonly PathStep[] | null;
  readonly detour: readonly PathStep[] | null;
};

const quoteText = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;

const placeOf = ({ kind, detail }: Holder): string => (detail === '' ? kind : `${kind} ${detail}`);
const rootOf = ({ kind, holder }: Holder): string => `${kind} ${holder}`;

/**
 * The lines of a digraph; what a path goes along is bold, what is doubtful dashed, who can only recognize dotted. `show` makes texts fit
 * to be seen.
 */
export const drawAnswer = (
  { node, what, holders, path, ring, detour }: Drawn,
  show: (text: string) => string = text => text,
): readonly string[] => {
  const quote = (text: string): string => quoteText(show(text));
  const labels = new Map([[node, what]]);
  const edges = new Map<string, { readonly style: string }>();
  const draw = (from: string, how: Holder, to: string, style: string): void => {
    const line = `${quote(from)} -> ${quote(to)} [label=${quote(placeOf(how))}`;
    if (!edges.has(line)) edges.set(line, { style });
  };
  for (const steps of [path, ring, detour]) {
    for (const step of steps ?? []) {
      const from = step.from ?? rootOf(step.how);
      if (step.from !== null) labels.set(from, step.what);
      draw(
        from,
        step.how,
        step.to,
        step.doubt === 'none' && steps === path ? 'bold' : step.doubt === 'perhaps' ? 'dashed' : 'solid',
      );
    }
  }
  for (const holder of holders.rows) {
    const from = /^v\d+ o/.test(holder.holder) || /^kp/.test(holder.holder) ? holder.holder : rootOf(holder);
    draw(from, holder, node, holder.strength === 'weak' ? 'dotted' : 'solid');
  }
  return [
    'digraph why {',
    '  rankdir=LR; node [shape=box];',
    ...[...labels].map(([name, label]) => `  ${quote(name)} [label=${quote(label)}];`),
    ...[...edges].map(([line, { style }]) => `  ${line}, style=${style}];`),
    '}',
  ];
};
