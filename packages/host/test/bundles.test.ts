/** Vat sources in all their forms, and the errors of those that cannot be bundled. */
import { readFileSync, renameSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import type { CooperageError } from '../src/errors.ts';
import { makeVatBundle } from '../src/bundles.ts';
import type { SourceBundle } from '../src/vat-source.ts';
import { makeWorkshop, type Workshop } from './workshop.ts';

const BOB = `
import { Far } from '@endo/far';
export const buildRootObject = (_powers, { greeting = 'hi' }) => Far('bob', { greet: name => greeting + ', ' + name });
`;

const bundleError = async (workshop: Workshop, name: string): Promise<CooperageError> =>
  makeVatBundle('bob', { kind: 'file', path: workshop.path(name) }).then(
    () => {
      throw new Error(`${name} was bundled`);
    },
    (error: unknown) => error as CooperageError,
  );

test('the greeter runs, its vats in TypeScript and in JavaScript', async t => {
  const workshop = makeWorkshop(t);
  workshop.write(
    'words/greeting.ts',
    'export type Greeting = { text: string };\nexport const say = (g: Greeting, who: string): string => `${g.text}, ${who}`;\n',
  );
  workshop.write(
    'vat-alice.ts',
    `import { E, Far, type BootstrapVats, type VatPowers } from '@cooperage/vat';
     import type { Greeting } from './words/greeting.ts';
     import { say } from './words/greeting.ts';
     export const buildRootObject = (_powers: VatPowers) => {
       let answer = '';
       return Far('alice', {
         bootstrap: async (vats: BootstrapVats<'bob'>) => { answer = await E(vats.bob as { greet(who: string): string }).greet('alice'); },
         answer: () => answer,
         say: (who: string) => { const g: Greeting = { text: 'hey' }; return say(g, who); },
       });
     };`,
  );
  workshop.write('vat-bob.js', BOB);
  const kernel = await workshop.open({
    bootstrap: 'alice',
    vats: {
      alice: { source: pathToFileURL(workshop.path('vat-alice.ts')) },
      bob: { source: workshop.path('vat-bob.js'), parameters: { greeting: 'hello' } },
    },
  });
  t.is((await kernel.run()).reason, 'idle');
  t.is(await kernel.call('bob', 'greet', ['world']), 'hello, world');
  t.is(await kernel.call('alice', 'answer'), 'hello, alice');
  t.is(await kernel.call('alice', 'say', ['you']), 'hey, you');
});

test('sources in TypeScript may be long', async t => {
  const workshop = makeWorkshop(t);
  const entry = (number: number): string => `export const entry${number} = (text: string): string => \`\${text} ${number}\`;\n`;
  workshop.write('long.ts', Array.from({ length: 4000 }, (_, number) => entry(number)).join(''));
  workshop.write(
    'vat-long.ts',
    `import { Far } from '@endo/far'; import { entry3999 } from './long.ts';
     export const buildRootObject = () => Far('long', { last: (text: string) => entry3999(text) });`,
  );
  const kernel = await workshop.open({ vats: { long: { source: workshop.path('vat-long.ts') } } });
  t.is(await kernel.call('long', 'last', ['entry']), 'entry 3999');
});

test('bundles of every format run, as objects and as files', async t => {
  const workshop = makeWorkshop(t);
  const path = workshop.write('vat-bob.js', BOB);
  const bundle = JSON.parse((await makeVatBundle('bob', { kind: 'file', path })).content) as SourceBundle;
  workshop.write('bob.json', JSON.stringify(bundle));
  const script: SourceBundle = {
    moduleFormat: 'endoScript',
    source: `(() => ({ buildRootObject: () => { const far = {}; return globalThis.never ?? harden(far); } }))()`,
  };
  const kernel = await workshop.open({
    vats: { object: { source: bundle }, file: { source: workshop.path('bob.json') }, module: { source: path } },
  });
  for (const vat of ['object', 'file', 'module']) t.is(await kernel.call(vat, 'greet', ['x']), 'hi, x');
  t.is(kernel.stats().tables['bundles'], 1, 'one content, one bundle');
  t.regex((await makeVatBundle('v', { kind: 'bundle', bundle: script })).id, /^b1-[0-9a-f]{128}$/);
});

test('a bundle is known by its content, wherever it was made', async t => {
  const [one, other] = [makeWorkshop(t), makeWorkshop(t)];
  const make = (workshop: Workshop): Promise<string> =>
    makeVatBundle('bob', { kind: 'file', path: workshop.write('vat-bob.js', BOB) }).then(({ id }) => id);
  t.is(await make(one), await make(other));
});

test('packages may export by pattern, the one of the vat among them', async t => {
  const workshop = makeWorkshop(t);
  const dependencies = { patterned: '*' };
  const exports = {
    './*': './*.js',
    './deep/*': { browser: './no/*.js', default: './src/*.js' },
    './deep/hidden': null,
    './deep/h*': null,
  };
  workshop.write('package.json', JSON.stringify({ name: 'own', version: '0.0.0', type: 'module', exports, dependencies }));
  const manifest = { name: 'patterned', version: '1.0.0', type: 'module', exports };
  workshop.write('node_modules/patterned/package.json', JSON.stringify(manifest));
  workshop.write('node_modules/patterned/top.js', `export { a } from './src/inner.js';`);
  workshop.write('node_modules/patterned/src/inner.js', `export const a = 1;`);
  workshop.write('node_modules/patterned/src/hidden.js', `export const b = 1;`);
  workshop.write(
    'src/vat.js',
    `import { a } from 'patterned/top';\nexport { a as b } from 'patterned/deep/inner';\nexport const c = a;\n`,
  );
  workshop.write('src/hidden.js', `export { b } from 'patterned/deep/hidden';`);
  t.regex((await makeVatBundle('bob', { kind: 'file', path: workshop.path('src/vat.js') })).id, /^b1-/);
  t.regex((await bundleError(workshop, 'src/hidden.js')).message, /cannot find the package "patterned\/deep\/hidden"/);
});

test('a bundle follows every file that went into it', async t => {
  const workshop = makeWorkshop(t);
  const path = workshop.write('vat.js', `export { buildRootObject } from './part.js';`);
  workshop.write('part.js', `export const buildRootObject = () => 1;`);
  const id = async (): Promise<string> => (await makeVatBundle('bob', { kind: 'file', path })).id;
  const first = await id();
  t.is(await id(), first);
  workshop.write('part.js', `export const buildRootObject = () => 2;`);
  const second = await id();
  t.not(second, first);
  workshop.write('part.js', `export const buildRootObject = () => 1;`);
  t.is(await id(), first);
  renameSync(workshop.path('part.js'), workshop.path('gone.js'));
  t.is((await bundleError(workshop, 'vat.js')).code, 'ERR_VAT_SOURCE');
});

test('a source that cannot be bundled is an error with the vat, the file, the line and what to do', async t => {
  const workshop = makeWorkshop(t);
  workshop.write('syntax.js', 'export const a = 1;\nexport const b = ;\n');
  workshop.write('syntax.ts', 'export const a: number = 1;\n\nexport const b: string = ;\n');
  workshop.write('enum.ts', 'export enum Colour { red }\n');
  workshop.write('deep.js', `export * from './syntax.js';`);
  workshop.write('missing-file.js', `const a = 1;\nexport { b } from './nowhere.js';\n`);
  workshop.write('missing-package.js', `import { a } from 'no-such-package/deep.js';\n`);
  workshop.write('not-a-bundle.json', '{"a":1}');
  workshop.write('not-json.json', '{');
  workshop.write('cjs/package.json', '{"name":"cjs"}');
  workshop.write('cjs/vat.js', `export const buildRootObject = () => 1;`);
  const cases: [string, string, RegExp][] = [
    ['absent.js', 'absent.js', /is missing: there is no file .*absent\.js\n/],
    ['syntax.js', 'syntax.js:2:18', /syntax\.js:2:18: Unexpected token/],
    ['syntax.ts', 'syntax.ts:3:26', /syntax\.ts:3:26: Expression expected/],
    ['enum.ts', 'enum.ts:1:8', /enum is not supported.*\n {2}Only types that can be erased/],
    ['deep.js', 'syntax.js:2:18', /syntax\.js:2:18/],
    ['missing-file.js', 'missing-file.js:2', /missing-file\.js:2: cannot find the file .*nowhere\.js/],
    [
      'missing-package.js',
      'missing-package.js:1',
      /cannot find the package "no-such-package.*\n {2}Add "no-such-package" to "dependencies" in .*package\.json/,
    ],
    ['not-a-bundle.json', 'not-a-bundle.json', /is not a bundle/],
    ['not-json.json', 'not-json.json', /is not JSON/],
    ['cjs/vat.js', 'cjs/vat.js:1:1', /"type": "module"/],
  ];
  for (const [name, subject, message] of cases) {
    const error = await bundleError(workshop, name);
    t.is(error.code, 'ERR_VAT_SOURCE', name);
    t.is(error.subject, workshop.path(subject), error.message);
    t.regex(error.message, message);
    t.regex(error.message, /vat "bob"/);
  }
});

test('opening fails with the error of the source, and leaves no database behind', async t => {
  const workshop = makeWorkshop(t);
  workshop.write('bad.js', 'export const');
  const database = workshop.path('kernel.sqlite');
  await t.throwsAsync(workshop.open({ database, vats: { bob: { source: workshop.path('bad.js') } } }), {
    code: 'ERR_VAT_SOURCE',
  });
  t.throws(() => readFileSync(database), { code: 'ENOENT' });
});
