/** What becomes of a slog and of figures elsewhere: timelines, spans, Prometheus. */
import '@cooperage/host/open';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { E, Far } from '@endo/far';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import test, { type ExecutionContext } from 'ava';
import { openKernel, statsToPrometheus, type KernelController, type KernelOptions } from '../src/index.ts';
import { makeOpenTelemetrySlog } from '../src/opentelemetry.ts';

const BIN = fileURLToPath(new URL('../bin/cooperage.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cooperage-slog-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

type Target = { readonly [method: string]: (...args: unknown[]) => unknown };

const vats = {
  alice: { buildRootObject: () => Far('alice', { ask: (bob: Target) => E(bob)['greet']?.('alice') }) },
  bob: {
    buildRootObject: (powers: { readonly exitVatWithFailure: (reason: Error) => void }) =>
      Far('bob', { greet: (name: string) => `hello, ${name}`, fail: () => powers.exitVatWithFailure(Error('no more')) }),
  },
} as unknown as NonNullable<KernelOptions['vats']>;

const open = async (t: ExecutionContext, options: Partial<KernelOptions>): Promise<KernelController> => {
  const kernel = await openKernel({ database: ':memory:', console: 'silent', vats, ...options });
  t.teardown(() => kernel.close());
  return kernel;
};

const live = async (kernel: KernelController): Promise<void> => {
  await kernel.call('alice', 'ask', [kernel.root('bob')]);
  await kernel.call('bob', 'fail').catch(() => {});
  await kernel.run();
};

const trace = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, 'trace', ...args], { encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
};

type Event = {
  readonly ph: string;
  readonly name: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly id: number;
  readonly args: Readonly<Record<string, unknown>>;
};

test('a slog becomes a timeline: a track per vat, arrows from what was queued, and the length of the queue', async t => {
  const slog = join(folder, 'kernel.slog');
  const kernel = await open(t, { slog });
  await live(kernel);
  await kernel.close();
  const { code, out, err } = trace(slog, '--perfetto');
  t.deepEqual([code, err], [0, '']);
  const { traceEvents: events } = JSON.parse(out) as { traceEvents: Event[] };
  const tracks = events.filter(({ name }) => name === 'thread_name').map(({ tid, args }) => [tid, args['name']]);
  t.deepEqual(tracks, [
    [0, 'no vat'],
    [1, 'v1'],
    [2, 'v2'],
  ]);
  const slices = events.filter(({ ph }) => ph === 'X');
  const find = (name: string): Event => slices.find(slice => slice.name === name) as Event;
  const [ask, greet, notify] = [find('ask'), find('greet'), find('notify')];
  t.deepEqual([ask.tid, greet.tid, notify.tid], [1, 2, 1]);
  const isWithin = ({ ts, tid }: Event, slice: Event): boolean =>
    tid === slice.tid && ts >= slice.ts && ts < slice.ts + slice.dur;
  const arrows = events
    .filter(({ ph }) => ph === 's')
    .map(from => [from, events.find(({ ph, id }) => ph === 'f' && id === from.id) as Event] as const);
  for (const [from, to] of [
    [ask, greet],
    [greet, notify],
  ] as const)
    t.true(
      arrows.some(([start, end]) => isWithin(start, from) && isWithin(end, to)),
      `${from.name} -> ${to.name}`,
    );
  t.true(arrows.every(([start, end]) => start.ts < end.ts));
  const lengths = events.filter(({ ph }) => ph === 'C').map(({ args }) => Number(args['items']));
  t.is(lengths.at(-1), 0, 'nothing is left');
  t.true(Math.max(...lengths) >= 2);
  t.regex(JSON.stringify(find('fail').args), /"abandoned":.*no more/);
  t.deepEqual(
    slices.map(({ args }) => args['crank']),
    slices.map((_slice, crank) => crank),
    'each crank once',
  );
});

test('a host that adds the time gets a timeline in real time', t => {
  const slog = join(folder, 'timed.slog');
  const events = [
    { type: 'slog', version: 1, time: 1000 },
    { type: 'crank-start', crank: 7, work: 'cleanup', vat: 'v3', position: null, time: 1002.5 },
    { type: 'crank-finish', crank: 7, crankHash: '', activityHash: '', time: 1004 },
  ];
  writeFileSync(slog, `${events.map(event => JSON.stringify(event)).join('\n')}\n{"type":"cra`);
  const { code, out, err } = trace(slog);
  t.is(code, 0);
  t.regex(err, /1 of 4 lines of \S+ are torn/);
  const slice = (JSON.parse(out) as { traceEvents: Event[] }).traceEvents.find(({ ph }) => ph === 'X');
  t.like(slice, { name: 'cleanup', tid: 3, ts: 1_002_500, dur: 1500 });
});

test('what is no slog is exit 3', t => {
  const file = join(folder, 'notes.txt');
  writeFileSync(file, 'buy milk\n');
  for (const path of [file, join(folder, 'none')]) {
    const { code, out, err } = trace(path);
    t.deepEqual([code, out], [3, '']);
    t.regex(err, /^cooperage: \S+ (is no slog|cannot be read)[^\n]*\n {2}give a file/);
  }
});

test('spans are cranks, and the parent of each is the crank that queued what it took', async t => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const kernel = await open(t, { slog: makeOpenTelemetrySlog({ tracer: provider.getTracer('test') }) });
  await live(kernel);
  const spans = exporter.getFinishedSpans();
  t.is(spans.length, kernel.stats().activity.cranks);
  const find = (text: string) => spans.find(({ events }) => events.some(({ name }) => name.includes(text)));
  const [ask, greet, notify] = [find('.ask('), find('.greet('), find('notify')];
  t.is(greet?.parentSpanContext?.spanId, ask?.spanContext().spanId);
  t.is(notify?.parentSpanContext?.spanId, greet?.spanContext().spanId);
  t.is(notify?.spanContext().traceId, ask?.spanContext().traceId);
  t.like(greet?.attributes, { 'cooperage.vat': 'v2', 'cooperage.work': 'message' });
  t.is(find('.fail(')?.status.code, 2);
});

/** The lines that are no comments, by name and labels. */
const parseMetrics = (text: string): Map<string, number> =>
  new Map(
    text
      .trimEnd()
      .split('\n')
      .filter(line => !line.startsWith('#'))
      .map(line => {
        const [, name = '', value] = /^([a-z_]+(?:\{[a-z]+="[^"]*"\})?) (-?[0-9.]+)$/.exec(line) ?? [];
        return [name, Number(value)];
      }),
  );

test('figures of a running kernel and of its database are the same to Prometheus', async t => {
  const database = join(folder, 'stats.sqlite');
  const kernel = await open(t, { database });
  await live(kernel);
  const { counters, tables, activity } = kernel.stats();
  const running = parseMetrics(statsToPrometheus(kernel.stats()));
  t.false(running.has(''), 'each line is a name and a number');
  t.is(running.get('cooperage_deliveries_total'), counters['deliveries']);
  t.is(running.get('cooperage_deliveries_by_type_total{type="message"}'), counters['deliveries.message']);
  t.is(running.get('cooperage_rows{table="vat_progress"}'), tables['vatProgress']);
  t.is(running.get('cooperage_next_crank'), activity.cranks);
  const { stdout, status } = spawnSync(process.execPath, [BIN, 'inspect', database, 'stats', '--prometheus'], {
    encoding: 'utf8',
  });
  t.is(status, 0);
  const read = parseMetrics(stdout);
  for (const [name, value] of read) if (running.has(name)) t.is(running.get(name), value, name);
  t.true(read.has('cooperage_database_bytes'));
  t.is(readFileSync(database).subarray(0, 6).toString(), 'SQLite');
});
