/** Collections in the real database: it sorts by bytes and so finds keys in their order, and keeps no row of a collection that is gone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeTestKernel } from 'cooperage/testing';
import test from 'ava';
import { Far } from '@endo/far';
import { M } from '@endo/patterns';

type Store = {
  readonly has: (key: unknown) => boolean;
  readonly get: (key: unknown) => unknown;
  readonly init: (key: unknown, value: unknown) => void;
  readonly delete: (key: unknown) => void;
  readonly keys: (pattern?: unknown) => Iterable<unknown>;
};
type Powers = { readonly VatData: { readonly makeScalarBigMapStore: (label: string, options: object) => Store } };

const KEYS = [
  '',
  '\0',
  '\0a',
  '\x01',
  'a',
  'a\0',
  'z'.repeat(9_900),
  '~',
  '\u00e9',
  '\ud7fe',
  '\ud7ff',
  '\ud800',
  '\u{10000}',
  '\udfff',
  '\ue000',
  '\uffff',
];

const buildRootObject = ({ VatData }: Powers, _parameters: unknown, baggage: Store) =>
  Far('root', {
    fill: () => {
      const store = VatData.makeScalarBigMapStore('strings', { durable: true });
      baggage.init('store', store);
      for (const key of [...KEYS].reverse()) store.init(key, key.length);
    },
    list: () => [...(baggage.get('store') as Store).keys()],
    listFrom: (key: string) => [...(baggage.get('store') as Store).keys(M.gte(key))],
    forget: () => baggage.delete('store'),
  });

test('keys of any characters come back in their order, also after a restart, and go with their collection', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-keys-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const options = { database: join(folder, 'kernel.sqlite'), vats: { owner: { source: { buildRootObject } } } };
  const sorted = [...KEYS].sort();
  const first = await makeTestKernel(t, options);
  await first.call('owner', 'fill');
  t.deepEqual(await first.call('owner', 'list'), sorted);
  await first.close();
  const second = await makeTestKernel(t, options);
  t.deepEqual(await second.call('owner', 'list'), sorted);
  t.deepEqual(await second.call('owner', 'listFrom', ['\u{10000}']), ['\u{10000}', '\udfff', '\ue000', '\uffff']);
  await second.call('owner', 'forget');
  await second.reap();
  t.is(second.stats().tables['vatstore'], 1, 'the counters');
  t.deepEqual(second.audit(), []);
});
