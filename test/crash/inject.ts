/**
 * A program for the fault tests, run under the shim: runs the trials that it is given and prints a report of each as a line of JSON.
 *
 * Arguments: a folder, and the trials as JSON.
 */
import { Injector, type Trial } from './injector.ts';
import { watchFolder } from './shim.ts';

const [folder = '', trials = '[]'] = process.argv.slice(2);
watchFolder(folder);
const injector = new Injector(folder);
for (const { stride, ...trial } of JSON.parse(trials) as (Trial & { stride?: number })[]) {
  const report = await injector.run(trial, stride === undefined ? {} : { stride });
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
