/**
 * `npx tsx test/page/measure.ts [vats] [objects] [cranks]`: what the answers behind each view of the page, and those that only the command
 * line gives, cost on a large database, in milliseconds of CPU and of wall time, the worst of three. Figures are for people: nothing
 * asserts on them. The database is kept in a temporary folder until the end.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type ReadOnlyStore } from '@cooperage/inspector/database';
import { listKinds } from '@cooperage/inspector/kinds';
import { listObjects } from '@cooperage/inspector/objects';
import { readSizes } from '@cooperage/inspector/sizes';
import { answerQuestion } from '@cooperage/page/answers';
import { makeVisible } from '@cooperage/page/visible-answer';
import { makeVatId } from '@cooperage/protocol/refs';
import { openStore } from '@cooperage/store/open';
import { writeLargeWorld } from '../why/large-world.ts';

const [vats = 200, objects = 1_000_000, cranks = 1_000_000] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'cooperage-page-'));
const path = join(folder, 'large.sqlite');
const BLOCK = 10_000;

const body = (name: string): string => `#${JSON.stringify([name, ['some argument']])}`;
const message = (name: string, result: string | null): unknown => ({ methargs: { body: body(name), slots: [] }, result });

/** In each crank a vat gets the message that another sent it some cranks before, and sends one. */
const writeTranscripts = (): void => {
  const { store } = openStore({ path, synchronous: 'OFF' });
  const { tables } = store;
  for (let first = 1; first <= cranks; first += BLOCK) {
    store.beginBlock();
    store.beginCrank();
    for (let crank = first; crank < first + BLOCK; crank += 1) {
      const [vat, position] = [makeVatId(1 + (crank % vats)), Math.floor(crank / vats)];
      tables.transcripts.append({
        vat,
        position,
        incarnation: 0,
        crank,
        delivery: JSON.stringify({ type: 'message', target: 'o+0', message: message(`m${crank}`, `p-${position + 60}`) }),
        syscalls: JSON.stringify([
          {
            syscall: { type: 'send', target: 'o-50', message: message(`m${crank + 7}`, `p+${position}`) },
            result: { outcome: 'ok', value: null },
          },
        ]),
        outcome: '{"outcome":"ok"}',
      });
      tables.vatProgress.put({ ...tables.vatProgress.get(vat), deliveries: position + 1 });
    }
    if (first + BLOCK > cranks) tables.kernelState.put('crank_number', String(cranks));
    store.commitCrank();
    store.commitBlock();
  }
  store.close();
};

/** Roots come first, then objects by turns of their owners; the first half of each vat's is kept in stored data, the rest by heaps. */
const ko = (number: number): string => `ko${20 + vats + number}`;
const VIEWS: readonly (readonly [view: string, question: string, parameters?: Readonly<Record<string, string>>])[] = [
  ['any, once a second', 'state'],
  ['overview', 'overview'],
  ['vats', 'vats'],
  ['one vat', 'vat', { vat: 'v7' }],
  ['c-list', 'clist', { vat: 'v7' }],
  ['c-list, from the middle', 'clist', { vat: 'v7', after: ko(objects / 2) }],
  ['transcript, the end', 'transcript', { vat: 'v7', from: String(Math.floor(cranks / vats) - 30), limit: '30' }],
  ['objects', 'objects'],
  ['objects, from the end', 'objects', { after: ko(objects - 60) }],
  ['objects, of a vat', 'objects', { owner: 'v7' }],
  ['objects, reachable', 'objects', { state: 'reachable' }],
  ['objects, unreferenced', 'objects', { state: 'unreferenced' }],
  ['objects, vref o+', 'objects', { vref: 'o+' }],
  ['promises', 'promises'],
  ['queue', 'queue'],
  ['queue, gc', 'gc'],
  ['object', 'thing', { ref: ko(objects - 1) }],
  ['object, why: stored', 'why', { ref: ko(19 * vats) }],
  ['object, why: heap', 'why', { ref: ko(objects - 1) }],
  ['graph, holders of an object', 'neighbours', { ref: ko(0) }],
  ['graph, holders of a heap', 'neighbours', { ref: 'v7' }],
  ['graph, held by a heap', 'neighbours', { ref: 'v7', direction: 'held' }],
  ['timeline', 'timeline'],
  ['timeline, 300 in the middle', 'timeline', { to: String(cranks / 2), count: '300' }],
  ['crank', 'crank', { crank: String(cranks / 2) }],
  ['SQL, a view by kref', 'sql', { q: `SELECT * FROM holders WHERE kref = '${ko(0)}'` }],
];

type Ask = (store: ReadOnlyStore) => unknown;
const ASKED: readonly (readonly [view: string, ask: Ask])[] = [
  ...VIEWS.map(([view, question, parameters = {}]): [string, Ask] => [
    view,
    store => answerQuestion(store, question, parameters),
  ]),
  ['inspect sizes', store => readSizes(store)],
  ['inspect kinds', store => listKinds(store)],
  ['inspect objects --vref o+', store => listObjects(store, { vref: 'o+' })],
  ['inspect objects --skip, the end', store => listObjects(store, { skip: objects - 100 })],
  ['inspect objects --limit 10000', store => listObjects(store, { limit: 10_000 })],
];

try {
  writeLargeWorld(path, { vats, objects, storedShare: 50, chain: 20 });
  writeTranscripts();
  console.log(`${vats} vats, ${objects} objects, ${cranks} cranks, ${Math.round(statSync(path).size / 1e6)} MB`);
  const store = openDatabase(path);
  const rows = ASKED.map(([view, ask]) => {
    const runs = [1, 2, 3].map(() => {
      const [cpuBefore, wallBefore] = [process.cpuUsage(), performance.now()];
      const bytes = JSON.stringify(makeVisible(ask(store))).length;
      const wall = performance.now() - wallBefore;
      const { user, system } = process.cpuUsage(cpuBefore);
      return { cpu: Math.round((user + system) / 1000), wall: Math.round(wall), bytes };
    });
    const worst = (name: 'cpu' | 'wall' | 'bytes'): number => Math.max(...runs.map(run => run[name]));
    return { view, 'CPU ms': worst('cpu'), 'wall ms': worst('wall'), 'JSON bytes': worst('bytes') };
  });
  store.close();
  console.table(rows);
} finally {
  rmSync(folder, { recursive: true });
}
