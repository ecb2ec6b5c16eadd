/** One thing that a ref names: what it is, by which names it goes, and what its row says. */
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from './fields.ts';
import { findObject, type ObjectRecord } from './objects.ts';
import { byNumber } from './page.ts';
import { findPromise, type PromiseRecord } from './promises.ts';
import { Labels } from './why/labels.ts';
import { parseNode } from './why/nodes.ts';
import { RetentionGraph } from './why/retention-graph.ts';
import { getSubject } from './why/subject.ts';

/** An entry of a c-list. */
export type ThingName = {
  readonly kref: string;
  readonly vat: string;
  readonly name: string;
  readonly vref: string;
  readonly reachable: boolean;
};

export type Thing = {
  /** As it was asked for. */
  readonly ref: string;
  /** Its name in the graph: `v2 o+7`, `kp40`. */
  readonly node: string;
  /** What it is, in words. */
  readonly what: string;
  /** The vat that has it; null when no vat does. */
  readonly vat: string | null;
  readonly krefs: readonly string[];
  /** The rows of its krefs; a stored object may have several facets, or none that the kernel knows. */
  readonly objects: readonly ObjectRecord[];
  readonly promise: PromiseRecord | null;
  /** What vats call it; a few hundred at most. */
  readonly names: readonly ThingName[];
  readonly moreNames: number;
};

const KREFS_READ = 100;
const NAMES_READ = 300;

const readNames = (store: ReadOnlyStore, krefs: readonly string[]): Pick<Thing, 'names' | 'moreNames'> => {
  const values = { krefs: JSON.stringify(krefs) };
  const from = 'FROM clists c WHERE c.kref IN (SELECT value FROM json_each(:krefs))';
  const total = Number(store.query(`SELECT count(*) AS total ${from}`, values)[0]?.['total'] ?? 0);
  const names = store
    .query(
      `SELECT c.kref, c.vat, v.name, c.vref, c.reachable FROM clists c JOIN vats v USING (vat)
       WHERE c.kref IN (SELECT value FROM json_each(:krefs))
       ORDER BY ${byNumber('c.kref', 2)}, ${byNumber('c.vat', 1)} LIMIT ${NAMES_READ}`,
      values,
    )
    .map(toFields)
    .map(row => ({
      kref: row.text('kref'),
      vat: row.text('vat'),
      name: row.text('name'),
      vref: row.text('vref'),
      reachable: row.boolean('reachable'),
    }));
  return { names, moreNames: total - names.length };
};

/** Throws ERR_REF when there never was such a thing, ERR_GONE when it is gone. */
export const readThing = (store: ReadOnlyStore, ref: string): Thing =>
  store.inSnapshot(() => {
    const subject = getSubject(store, ref);
    const { node } = subject;
    const graph = new RetentionGraph(store);
    const krefs = (graph.krefsOf([node]).get(node) ?? []).slice(0, KREFS_READ);
    const parsed = parseNode(node);
    const promise = krefs[0]?.startsWith('kp') === true ? findPromise(store, krefs[0]) : undefined;
    return {
      ref: subject.ref,
      node,
      what: new Labels(store, graph).node(node),
      vat: parsed.type === 'own' ? parsed.vat : null,
      krefs,
      objects: krefs.flatMap(kref => findObject(store, kref) ?? []),
      promise: promise ?? null,
      ...readNames(store, krefs),
    };
  });
