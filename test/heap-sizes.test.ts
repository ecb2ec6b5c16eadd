/** What a vat keeps in memory: its size, and a file that tools for heap snapshots open. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelOptions } from 'cooperage';
import { makeTestKernel } from 'cooperage/testing';
import test, { type ExecutionContext } from 'ava';

type SlogEvent = Parameters<Extract<KernelOptions['slog'], (event: never) => void>>[0];

const hoard = { source: new URL('./vats/vat-hoard.js', import.meta.url) };

const open = async (t: ExecutionContext, events: SlogEvent[] = []) => {
  const kernel = await makeTestKernel(t, { vats: { small: hoard, large: hoard }, slog: event => void events.push(event) });
  await kernel.run();
  return kernel;
};

test('memory is the vat that keeps it, and no other', async t => {
  const events: SlogEvent[] = [];
  const kernel = await open(t, events);
  const measure = async () => new Map((await kernel.heaps()).map(({ name, bytes }) => [name, bytes]));
  const before = await measure();
  await kernel.call('large', 'hoard', [200_000]);
  const hoarding = await measure();
  const grown = (name: string): number => (hoarding.get(name) ?? 0) - (before.get(name) ?? 0);
  // A number each, in an object of its own.
  t.true(grown('large') > 200_000 * 16, `${grown('large')} bytes`);
  t.true(Math.abs(grown('small')) < 50_000, `${grown('small')} bytes`);
  await kernel.call('large', 'forget');
  const after = await measure();
  t.true((after.get('large') ?? Infinity) < (before.get('large') ?? 0) + 50_000, `${after.get('large')} bytes`);
  const logged = events.filter(event => event.type === 'heap' && event.vat === 'v2');
  t.deepEqual(
    logged.map(event => (event.type === 'heap' ? event.bytes : 0)),
    [before, hoarding, after].map(sizes => sizes.get('large') ?? 0),
    'the slog has memory over time',
  );
});

type File = {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: string[];
      readonly node_types: unknown[];
      readonly edge_fields: string[];
      readonly edge_types: unknown[];
    };
    readonly node_count: number;
    readonly edge_count: number;
  };
  readonly nodes: number[];
  readonly edges: number[];
  readonly strings: string[];
};

/** What readers of the format rely on. Returns the nodes as records. */
const insistWellFormed = (t: ExecutionContext, { snapshot, nodes, edges, strings }: File) => {
  const { meta, node_count, edge_count } = snapshot;
  const [size, edgeSize] = [meta.node_fields.length, meta.edge_fields.length];
  t.is(nodes.length, node_count * size);
  t.is(edges.length, edge_count * edgeSize);
  const types = meta.node_types[0] as string[];
  const edgeTypes = meta.edge_types[0] as string[];
  const field = (i: number, name: string): number => nodes[i * size + meta.node_fields.indexOf(name)] ?? -1;
  const records = Array.from({ length: node_count }, (_, i) => ({
    type: types[field(i, 'type')],
    name: strings[field(i, 'name')],
    id: field(i, 'id'),
    bytes: field(i, 'self_size'),
    edges: field(i, 'edge_count'),
    reached: i === 0,
  }));
  t.true(records.every(({ type, name }) => type !== undefined && name !== undefined));
  t.is(records[0]?.type, 'synthetic');
  t.is(new Set(records.map(({ id }) => id)).size, node_count, 'ids are unique');
  t.is(
    records.reduce((sum, record) => sum + record.edges, 0),
    edge_count,
  );
  let at = 0;
  const problems: string[] = [];
  const ends: number[][] = records.map(record => {
    const list: number[] = [];
    for (const end = at + record.edges; at < end; at += 1) {
      const [type = -1, name = -1, to = -1] = edges.slice(at * edgeSize, (at + 1) * edgeSize);
      const kind = edgeTypes[type];
      if (kind === undefined || to % size !== 0 || to < 0 || to >= nodes.length) problems.push(`edge ${at}`);
      if (kind !== 'element' && kind !== 'hidden' && strings[name] === undefined) problems.push(`name of edge ${at}`);
      list.push(to / size);
    }
    return list;
  });
  t.deepEqual(problems, []);
  const stack = [0];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (const to of ends[node] ?? []) {
      const record = records[to];
      if (record === undefined || record.reached) continue;
      record.reached = true;
      stack.push(to);
    }
  }
  return records;
};

test('the memory of one vat is a file that can be read as a heap snapshot', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-heap-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const kernel = await open(t);
  await kernel.call('large', 'hoard', [1_000]);
  const taken = join(folder, 'kernel.sqlite');
  writeFileSync(taken, 'precious');
  await t.throwsAsync(kernel.heapOf('large', { out: taken }), { code: 'ERR_ARGUMENT', message: /it exists/ });
  t.is(readFileSync(taken, 'utf8'), 'precious');
  await t.throwsAsync(kernel.heapOf('large', { out: join(folder, 'nowhere', 'x') }), { message: /in a directory that exists/ });
  const path = join(folder, 'large.heapsnapshot');
  const { bytes, objects, largest } = await kernel.heapOf('large', { out: path });
  const records = insistWellFormed(t, JSON.parse(readFileSync(path, 'utf8')) as File);
  t.deepEqual(
    records.filter(({ reached }) => !reached).map(({ name }) => name),
    [],
    'all of it hangs from the root',
  );
  t.is(
    records.reduce((sum, record) => sum + record.bytes, 0),
    bytes,
  );
  const count = (name: string): number => records.filter(record => record.name === name).length;
  t.is(count('(GC roots)'), 1);
  t.is(count('Hoarded'), 1_001, 'and the name of their class');
  t.deepEqual(
    largest.filter(({ kind }) => kind === 'Hoarded').map(kind => kind.objects),
    [1_000],
  );
  t.true(objects < records.length, 'borders are not counted');
  t.true(records.some(({ name, bytes: size }) => name?.endsWith(' (shared)') === true && size === 0));
});

test('a memory that cannot be looked into is said to be so', async t => {
  const kernel = await open(t);
  await t.throwsAsync(kernel.heapOf('nobody'), { code: 'ERR_VAT_NOT_FOUND' });
  await kernel.suspendVat('small');
  await t.throwsAsync(kernel.heapOf('small'), { code: 'ERR_VAT_STATE', message: /cannot be looked into/ });
});
