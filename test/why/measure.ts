/**
 * `npx tsx test/why/measure.ts [vats] [objects]`: how long "why is this alive" takes on a large database, in milliseconds of CPU and of
 * wall time. Figures are for people: nothing asserts on them. The database is kept in a temporary folder until the end.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@cooperage/inspector/database';
import { explainWhy } from '@cooperage/inspector/why';
import { writeLargeWorld } from './large-world.ts';

const [vats = 200, objects = 1_000_000] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'cooperage-why-'));
const path = join(folder, 'large.sqlite');

/** Roots come first, then objects by turns of their owners; the first half of each vat's is kept in stored data, the rest by heaps. */
const ko = (number: number): string => `ko${20 + vats + number}`;
const QUESTIONS = [
  ['the root of a vat', 'ko20'],
  ['kept in a stored object', ko(0)],
  ['kept at the end of a chain of twenty stored objects', ko(19 * vats)],
  ['a stored object at the end of its chain', 'v1 o+d12/20'],
  ['kept by a heap', ko(objects - 1)],
  ['never was', ko(objects)],
] as const;

try {
  writeLargeWorld(path, { vats, objects, storedShare: 50, chain: 20 });
  console.log(`${vats} vats, ${objects} objects, ${Math.round(statSync(path).size / 1e6)} MB`);
  const rows = QUESTIONS.map(([what, ref]) => {
    const store = openDatabase(path);
    const [cpuBefore, wallBefore] = [process.cpuUsage(), performance.now()];
    let answer = 'no answer';
    try {
      const { doubt, path: steps, ring, detour } = explainWhy(store, ref);
      answer = `${doubt}, ${steps?.length} edges${ring === null && detour === null ? '' : ', and what may lie behind'}`;
    } catch (error) {
      answer = String((error as { code?: unknown }).code);
    }
    const wall = performance.now() - wallBefore;
    const { user, system } = process.cpuUsage(cpuBefore);
    store.close();
    return { question: what, ref, answer, 'CPU ms': Math.round((user + system) / 1000), 'wall ms': Math.round(wall) };
  });
  console.table(rows);
} finally {
  rmSync(folder, { recursive: true });
}
