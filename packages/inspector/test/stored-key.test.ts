/** Stored keys as people write them, against the encoding that `docs/stored-data.md` names. */
import test from 'ava';
import { describeStoredKey } from '../src/stored-key.ts';

test('each kind of key reads as it is written', t => {
  const keys = [
    ['sname', '"name"'],
    ['s\u001b"\u00010\ud7ffd83d\ud7ffde00', '"\\u001b\\"\\u0000😀"'],
    ['f8000000000000000', '0'],
    ['fbff8000000000000', '1.5'],
    ['f4007ffffffffffff', '-1.5'],
    ['ffff8000000000000', 'NaN'],
    ['p1:0', '0n'],
    ['p~10:1234567890', '1234567890n'],
    ['n8:58', '-42n'],
    ['btrue', 'true'],
    ['v', 'null'],
    ['z', 'undefined'],
    ['yfoo', 'Symbol("foo")'],
    ['r0000000003:o-52', 'o-52'],
    ['ro+d12/5:0', 'o+d12/5:0'],
  ] as const;
  for (const [stored, shown] of keys) t.is(describeStoredKey(stored), shown);
});

test('what is no key is shown as it stands', t => {
  for (const text of ['', 'f12', 'pp', 'r', 'bmaybe', 'q\u001b']) t.is(describeStoredKey(text), JSON.stringify(text));
});
