/**
 * Small worlds, all of them: a real kernel with two or three raw vats and one or two objects, walked through every state that any
 * legal (and some illegal) behaviour can bring about. Every state passes the audit, every delivery keeps the protocol, and from
 * every state all is let go in the end. `EXHAUSTIVE_STATES=20000` walks further than a test run has time for.
 */
import test from 'ava';
import { Coverage } from '@cooperage/testing/exhaustive/coverage';
import { EXPECTED_CELLS, listUnvisited } from '@cooperage/testing/exhaustive/expected-cells';
import { makeScope } from '@cooperage/testing/exhaustive/scope';
import { SCOPES } from '@cooperage/testing/exhaustive/scopes';
import { Search } from '@cooperage/testing/exhaustive/search';
import type { Sabotage } from '@cooperage/testing/exhaustive/world';

const STATES_PER_SCOPE = Number(process.env.EXHAUSTIVE_STATES ?? 3700);
/** Scopes that are walked to the end within the limit of a test run. */
const CLOSED = new Set(['two importers, calls', 'two importers, vats end', 'two importers, the host holds', 'illegal moves']);

const coverage = new Coverage();
let states = 0;
let transitions = 0;
let seconds = 0;

const measure = async <Result>(work: () => Promise<Result>): Promise<{ result: Result; cpu: number }> => {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, cpu: (user + system) / 1e6 };
};

for (const scope of SCOPES) {
  test.serial(`everything is sound in every state and is let go from each: ${scope.name}`, async t => {
    const { result, cpu } = await measure(() => Search.run(scope, { states: STATES_PER_SCOPE }));
    const { finding, closed, drained, depth } = result;
    t.log(
      `${result.states} states, ${result.transitions} transitions, depth ${depth}, ${closed ? 'all there are' : 'not all'}, ` +
        `${cpu.toFixed(1)} s, ${Math.round(result.states / cpu)} states/s`,
    );
    t.is(finding, undefined);
    t.is(drained, result.states);
    if (CLOSED.has(scope.name)) t.true(closed);
    coverage.merge(result.coverage);
    states += result.states;
    transitions += result.transitions;
    seconds += cpu;
  });
}

test.serial('the searches together visit every cell that they visited before', t => {
  if (transitions === 0) return t.pass('no search was asked for');
  t.log(`${states} states, ${transitions} transitions, ${seconds.toFixed(1)} s CPU, ${Math.round(states / seconds)} states/s`);
  for (const line of coverage.describe()) t.log(line);
  for (const line of listUnvisited(coverage)) t.log(`never visited: ${line}`);
  const missing = EXPECTED_CELLS.filter(cell => !coverage.has(cell));
  t.deepEqual(missing, []);
});

const SABOTAGES: readonly { what: string; sabotage: Sabotage; finding: RegExp }[] = [
  {
    what: 'never tells importers that an object is gone',
    sabotage: ({ gcActions }, isActing) => {
      const add = gcActions.add.bind(gcActions);
      gcActions.add = row => (isActing() && row.action === 'retireImport' ? undefined : add(row));
    },
    finding: /^I14 /,
  },
  {
    what: 'never tells exporters that nobody recognizes an object',
    sabotage: ({ gcActions }, isActing) => {
      const add = gcActions.add.bind(gcActions);
      gcActions.add = row => (isActing() && row.action === 'retireExport' ? undefined : add(row));
    },
    finding: /^I5 /,
  },
  {
    what: 'keeps the slots of delivered messages',
    sabotage: ({ messageSlots }, isActing) => {
      const remove = messageSlots.delete.bind(messageSlots);
      messageSlots.delete = message => (isActing() ? undefined : remove(message));
    },
    finding: /^(I3|I14) /,
  },
  {
    what: 'says a drop although the object came back',
    sabotage: ({ objects }, isActing) => {
      const find = objects.find.bind(objects);
      objects.find = kref => {
        const row = find(kref);
        return row !== undefined && isActing() && row.reachable === 1 && row.recognizable === 1 ? { ...row, reachable: 0 } : row;
      };
    },
    finding: /^(I3|I5|I14|step: )/,
  },
  {
    what: 'reaps the same vat for ever',
    sabotage: ({ reapQueue }, isActing) => {
      const remove = reapQueue.delete.bind(reapQueue);
      reapQueue.delete = vat => (isActing() ? undefined : remove(vat));
    },
    finding: /never to rest/,
  },
];

for (const { what, sabotage, finding } of SABOTAGES) {
  test.serial(`the search finds a kernel that ${what}`, async t => {
    const report = await Search.run(makeScope({ importers: 2 }), { states: 1000, sabotage });
    t.regex(report.finding ?? 'nothing found', finding);
    t.log(report.finding);
  });
}
