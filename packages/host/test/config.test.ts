/** What a config may say, and what it is told when it says something else. */
import test from 'ava';
import { CooperageError } from '../src/errors.ts';
import { findNearestWord } from '../src/nearest-word.ts';
import { openKernel } from '../src/open.ts';
import type { KernelOptions } from '../src/options.ts';
import { parseKernelOptions } from '../src/config.ts';

const buildRootObject = (): object => ({});
const vats = { bob: { buildRootObject } };

/** Options of any shape, as JavaScript would pass them. */
const parse = (options: unknown): unknown => parseKernelOptions(options as KernelOptions);

test('an unknown key is named with its place and the nearest known key', t => {
  const cases: [unknown, string, RegExp][] = [
    [{ databse: ':memory:' }, 'databse', /unknown key "databse" in the options\n {2}Did you mean "database"\?/],
    [
      { database: ':memory:', vats: { bob: { sorce: 'x.js' } } },
      'vats.bob.sorce',
      /unknown key "sorce" in vats\.bob\n.*"source"/,
    ],
    [
      { database: ':memory:', vats: { bob: { buildRootObject, reap: { delivery: 3 } } } },
      'vats.bob.reap.delivery',
      /in vats\.bob\.reap/,
    ],
    [{ database: ':memory:', defaults: { onfault: 'suspend' } }, 'defaults.onfault', /Did you mean "onFault"/],
    [{ database: ':memory:', zzzzzzz: 1 }, 'zzzzzzz', /Known: database, vats/],
    [{ database: ':memory:', __proto__: null, constructor: 1 }, 'constructor', /unknown key "constructor"/],
  ];
  for (const [options, subject, message] of cases) {
    const error = t.throws(() => parse(options), { instanceOf: CooperageError, code: 'ERR_CONFIG', message });
    t.is((error as CooperageError | undefined)?.subject, subject);
  }
});

test('a value of the wrong kind is refused with what would be right', t => {
  const cases: [unknown, RegExp][] = [
    [undefined, /the options must be an object, not undefined/],
    [{}, /no database is given/],
    [{ database: 7 }, /database must be a path or a file URL, not 7/],
    [{ database: '' }, /database must be a path or a file URL, not ""/],
    [{ database: new URL('https://example.com/x') }, /a path or a file URL, not a URL \(https:\)/],
    [{ database: 'x', vats: [] }, /vats must be an object, not an array/],
    [{ database: 'x', vats: { bob: 'vat-bob.js' } }, /vats\.bob must be an object, not "vat-bob\.js"/],
    [{ database: 'x', vats: { bob: {} } }, /vats\.bob has no source/],
    [{ database: 'x', vats: { bob: { source: 'x.js', buildRootObject } } }, /both a source and a buildRootObject/],
    [{ database: 'x', vats: { bob: { source: 7 } } }, /vats\.bob\.source is not a vat source/],
    [{ database: 'x', vats: { bob: { source: { moduleFormat: 'amd' } } } }, /unknown module format "amd"/],
    [{ database: 'x', vats: { bob: { source: new URL('https://example.com/vat.js') } } }, /must be a file URL, not https:/],
    [{ database: 'x', vats: { bob: { buildRootObject, onFault: 'panic' } } }, /must be "terminate" or "suspend", not "panic"/],
    [{ database: 'x', vats, commitEvery: 0 }, /commitEvery must be a whole number above 0, not 0/],
    [{ database: 'x', vats, defaults: { reap: { krefs: 'sometimes' } } }, /defaults\.reap\.krefs must be .* or "never"/],
    [{ database: 'x', vats, console: 'loud' }, /console must be "inherit" or "silent" or a function/],
  ];
  for (const [options, message] of cases)
    t.throws(() => parse(options), { instanceOf: CooperageError, code: 'ERR_CONFIG', message });
});

test('vat names have a limited length and a limited alphabet', t => {
  const withName = (name: string): unknown => ({ database: 'x', vats: Object.fromEntries([[name, { buildRootObject }]]) });
  for (const name of ['a', 'vat-1', 'agoric.zoe', 'B_2', 'x'.repeat(199)]) t.notThrows(() => parse(withName(name)));
  for (const name of ['', '1a', '__proto__', 'a b', 'a\n', 'a/b', 'ä', '-x', '.hidden']) {
    t.throws(() => parse(withName(name)), { code: 'ERR_CONFIG', message: /cannot be the name of a vat/ }, JSON.stringify(name));
  }
  t.throws(() => parse(withName('x'.repeat(200))), { code: 'ERR_CONFIG', message: /longer than 199 characters/ });
});

test('bootstrap must name one of the vats', async t => {
  const error = {
    code: 'ERR_CONFIG',
    message: /bootstrap names the vat "bop", which is not among the vats\n {2}Did you mean "bob"\?/,
  };
  t.throws(() => parse({ database: 'x', vats, bootstrap: 'bop' }), error);
  await t.throwsAsync(openKernel({ database: ':memory:', bootstrap: 'bob' }), {
    code: 'ERR_CONFIG',
    message: /there are no vats/,
  });
});

test('parameters that cannot be passed are refused before the database is touched', async t => {
  const bad = { self: undefined as unknown };
  bad.self = bad;
  await t.throwsAsync(openKernel({ database: '/nowhere/x', vats: { bob: { buildRootObject, parameters: bad } } }), {
    code: 'ERR_CONFIG',
    message: /vats\.bob\.parameters: the data contains itself/,
  });
  await t.throwsAsync(openKernel({ database: '/nowhere/x', vats: { bob: { buildRootObject, parameters: () => 1 } } }), {
    code: 'ERR_CONFIG',
  });
  await t.throwsAsync(openKernel({ database: '/nowhere/x', vats }), { code: 'ERR_DATABASE' });
});

test('the nearest word is near', t => {
  t.is(findNearestWord('sourse', ['source', 'parameters']), 'source');
  t.is(findNearestWord('BOOTSTRAP', ['bootstrap', 'database']), 'bootstrap');
  t.is(findNearestWord('frobnicate', ['source', 'parameters']), undefined);
});
