/** `node ... play.ts FIRST COUNT`: plays seeds until one fails, and prints what became of them as a line of JSON. */
import '@cooperage/testing/lockdown-for-tests';
import { playWeb } from './play-web.ts';

const [first = '1', count = '20', isVerbose] = process.argv.slice(2);
const started = performance.now();
const failure = await playWeb(Number(first), Number(count), isVerbose === 'verbose' ? console.error : () => {});
const ms = Math.round(performance.now() - started);
console.log(JSON.stringify(failure === undefined ? { ms } : { failed: failure.seed, message: failure.message, ms }));
if (isVerbose === 'verbose' && failure !== undefined) console.error(failure.story.join('\n'));
