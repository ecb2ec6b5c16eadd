import test from 'ava';
import { LastUsedValues } from '../src/last-used-values.ts';

test('the value that was used longest ago is made anew, the others are kept', t => {
  const values = new LastUsedValues<string, string>(2);
  const made: string[] = [];
  const use = (key: string): string =>
    values.provide(key, () => {
      made.push(key);
      return key.toUpperCase();
    });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) t.is(use(key), key.toUpperCase());
  t.deepEqual(made, ['a', 'b', 'c', 'b']);
});

test('what was made of something else is made anew; undefined is a value', t => {
  const values = new LastUsedValues<string, number | undefined>(2);
  t.is(
    values.provide('a', () => undefined),
    undefined,
  );
  t.is(
    values.provide('a', () => 1),
    undefined,
  );
  t.is(
    values.provide(
      'a',
      () => 1,
      value => value !== undefined,
    ),
    1,
  );
});
