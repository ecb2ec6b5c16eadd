/** Reachability, recognition, harvest and BOYD; and that the collector shows in nothing but the harvest. */
import { collectGarbage, data, resolution, startTestVat, vref, type TestVat } from './support/test-vat.ts';
import test from 'ava';
import { E, Far } from '@endo/far';
import type { VatSyscall } from '@cooperage/protocol/worker-port';

type Any = Record<string, (...args: unknown[]) => unknown>;
type Held = { current: unknown };

const holder = () => {
  const held: Held = { current: undefined };
  const seen: unknown[] = [];
  return {
    held,
    seen,
    methods: {
      hold: (x: unknown) => {
        held.current = x;
      },
      drop: () => {
        held.current = undefined;
      },
      see: (x: unknown) => {
        seen.push(x);
      },
    },
  };
};

const harvest = async (vat: TestVat): Promise<readonly string[]> => {
  await collectGarbage();
  return vat.liveslots.harvest();
};

test.serial('an import that dies is reported, dropped and retired; one that is held is not', async t => {
  const { methods } = holder();
  const vat = await startTestVat(() => Far('root', methods));
  const base = vat.liveslots.inspectTables();
  await vat.call('hold', ['$0.Alleged: kept'], ['o-50'], null);
  await vat.call('see2', ['$0.Alleged: lost', '$1'], ['o-9', 'o-10'], null);
  t.deepEqual(await harvest(vat), ['o-10', 'o-9']);
  t.deepEqual(await harvest(vat), ['o-10', 'o-9'], 'a harvest changes nothing');
  t.deepEqual(await vat.bringOutYourDead('o-10', 'o-9'), [
    { type: 'dropImports', refs: ['o-10', 'o-9'] },
    { type: 'retireImports', refs: ['o-10', 'o-9'] },
  ]);
  t.deepEqual(await harvest(vat), []);
  await vat.call('drop', [], [], null);
  t.deepEqual(await vat.bringOutYourDead(...(await harvest(vat))), [
    { type: 'dropImports', refs: ['o-50'] },
    { type: 'retireImports', refs: ['o-50'] },
  ]);
  t.deepEqual(vat.liveslots.inspectTables(), base);
});

test.serial('a recognized import is dropped, found again, and retired with its entry or its collection', async t => {
  const seen: unknown[] = [];
  const vat = await startTestVat((_powers, { WeakMap }) => {
    let map: WeakMap<object, unknown> | undefined = new WeakMap();
    return Far('root', {
      put: (key: object, value: unknown) => void map?.set(key, value),
      get: (key: object) => void seen.push(map?.get(key), map?.has(key)),
      cut: (key: object) => void seen.push(map?.delete(key), map?.delete(key)),
      forget: () => {
        map = undefined;
      },
    });
  });
  await vat.call('put', ['$0', 'one'], ['o-50'], null);
  await vat.call('put', ['$0', 'two'], ['o-51'], null);
  t.deepEqual(await vat.bringOutYourDead(...(await harvest(vat))), [{ type: 'dropImports', refs: ['o-50', 'o-51'] }]);
  t.deepEqual(await vat.bringOutYourDead('o-50', 'o-51'), [], 'a second report of the same death says nothing');

  await vat.call('get', ['$0'], ['o-50'], null);
  t.deepEqual(seen.splice(0), ['one', true]);
  await vat.call('cut', ['$0'], ['o-50'], null);
  t.deepEqual(seen.splice(0), [true, false]);
  t.deepEqual(await vat.bringOutYourDead(...(await harvest(vat))), [
    { type: 'dropImports', refs: ['o-50'] },
    { type: 'retireImports', refs: ['o-50'] },
  ]);

  await vat.call('forget', [], [], null);
  t.deepEqual(await harvest(vat), ['w1']);
  t.deepEqual(await vat.bringOutYourDead('w1'), [{ type: 'retireImports', refs: ['o-51'] }]);
  t.is(vat.liveslots.inspectTables().recognizers, 0);
});

test.serial('a retirement by the kernel removes the entries of that import', async t => {
  const seen: unknown[] = [];
  const vat = await startTestVat((_powers, { WeakMap, WeakSet }) => {
    const map = new WeakMap<object, unknown>();
    const set = new WeakSet();
    return Far('root', {
      put: (key: object, value: unknown) => {
        map.set(key, value);
        set.add(key);
      },
      get: (key: object) => void seen.push(map.get(key), set.has(key)),
    });
  });
  await vat.call('put', ['$0', { big: 'value' }], ['o-50'], null);
  await vat.bringOutYourDead(...(await harvest(vat)));
  t.deepEqual(await vat.gc('retireImports', 'o-50'), { outcome: 'ok' });
  t.is(vat.liveslots.inspectTables().imports, 0);
  await vat.call('get', ['$0'], ['o-50'], null);
  t.deepEqual(seen, [undefined, false]);
  t.is((await vat.gc('retireImports', 'o-50')).outcome, 'fault', 'a reachable import cannot be retired');
});

test.serial('a Presence introduced again before its BOYD is new and not on the list', async t => {
  const { methods } = holder();
  const vat = await startTestVat(() => Far('root', methods));
  await vat.call('see2', ['$0'], ['o-50'], null);
  t.deepEqual(await harvest(vat), ['o-50']);
  await vat.call('hold', ['$0'], ['o-50'], null);
  t.deepEqual(await harvest(vat), []);
  t.deepEqual(await vat.bringOutYourDead(), []);
});

test.serial('what is listed dead but still in memory is forgotten, and its death says nothing later', async t => {
  const { held, methods } = holder();
  const vat = await startTestVat(() => Far('root', methods));
  await vat.call('hold', ['$0.Alleged: thing'], ['o-50'], null);
  const first = held.current;
  t.deepEqual(await vat.bringOutYourDead('o-50', 'o-99', 'o+7', 'w3'), [
    { type: 'dropImports', refs: ['o-50'] },
    { type: 'retireImports', refs: ['o-50'] },
  ]);
  await vat.call('hold', ['$0.Alleged: thing'], ['o-50'], null);
  t.not(held.current, first);
  await vat.call('drop', [], [], null);
  t.deepEqual(await harvest(vat), ['o-50'], 'the new one is on the list, once');
  t.is(typeof first, 'object');
});

test.serial('using an object after it was reported dead is an error, never a new export', async t => {
  const { held, methods } = holder();
  const caught: string[] = [];
  const vat = await startTestVat(() =>
    Far('root', {
      ...methods,
      give: () => held.current,
      call: () =>
        E(held.current as Any)
          .x?.()
          .catch((error: Error) => caught.push(error.message)),
    }),
  );
  await vat.call('hold', ['$0'], ['o-50'], null);
  await vat.bringOutYourDead('o-50');
  const [resolve] = await vat.call('give', [], [], 'p-60');
  t.true(resolve?.type === 'resolve' && resolve.resolutions[0]?.outcome === 'rejected');
  await vat.call('call', [], [], null);
  t.deepEqual(caught, ['an object is in use that was reported to be gone']);
  t.is(vat.liveslots.inspectTables().exports, 1);
});

test.serial('an export is held until it is dropped, then retired when it dies', async t => {
  const vat = await startTestVat(() => Far('root', { make: () => Far('child', {}) }));
  await vat.call('make');
  t.deepEqual(await harvest(vat), []);
  t.deepEqual(await vat.gc('dropExports', 'o+1'), { outcome: 'ok' });
  t.deepEqual(await harvest(vat), ['o+1']);
  t.deepEqual(await vat.bringOutYourDead('o+1'), [{ type: 'retireExports', refs: ['o+1'] }]);
  t.is(vat.liveslots.inspectTables().exports, 1);
});

test.serial('a dropped export that is sent again is held again; a retired one gets a new number', async t => {
  const child = Far('child', {});
  const vat = await startTestVat(() => Far('root', { give: () => child }));
  const slot = async () => {
    const [syscall] = await vat.call('give');
    return syscall?.type === 'resolve' ? syscall.resolutions[0]?.data.slots[0] : undefined;
  };
  t.is(await slot(), vref('o+1'));
  await vat.gc('dropExports', 'o+1');
  t.is(await slot(), vref('o+1'));
  t.is((await vat.gc('retireExports', 'o+1')).outcome, 'fault', 'a reachable export cannot be retired');
  await vat.gc('dropExports', 'o+1');
  t.deepEqual(await vat.gc('retireExports', 'o+1'), { outcome: 'ok' });
  t.is(vat.liveslots.inspectTables().exports, 1);
  t.is(await slot(), vref('o+2'));
  t.is((await vat.gc('dropExports', 'o+1')).outcome, 'fault', 'a retired export is unknown');
});

test.serial('the syscalls of a BOYD are at most three, in a fixed order, each sorted', async t => {
  const vat = await startTestVat((_powers, { WeakSet }) => {
    const set = new WeakSet();
    return Far('root', { make: () => [Far('a', {}), Far('b', {})], know: (x: object) => void set.add(x), see: () => {} });
  });
  await vat.call('make');
  await vat.gc('dropExports', 'o+1', 'o+2');
  await vat.call('know', ['$0'], ['o-60'], null);
  await vat.call('see', ['$0', '$1'], ['o-50', 'o-6'], null);
  t.deepEqual(await vat.bringOutYourDead('o-60', 'o-6', 'o-50', 'o+2', 'o+1'), [
    { type: 'dropImports', refs: ['o-50', 'o-6', 'o-60'] },
    { type: 'retireImports', refs: ['o-50', 'o-6'] },
    { type: 'retireExports', refs: ['o+1', 'o+2'] },
  ]);
});

test.serial('a Presence made anew has the interface and the prototype of the first', async t => {
  const prototypes: unknown[] = [];
  const vat = await startTestVat(() =>
    Far('root', {
      look: (x: object) => {
        prototypes.push(Object.getPrototypeOf(x));
      },
      echo: (x: object) => harden([x]),
    }),
  );
  await vat.call('look', ['$0.Alleged: first'], ['o-50'], null);
  await vat.call('look', ['$0'], ['o-51'], null);
  t.deepEqual(await harvest(vat), ['o-50', 'o-51']);
  await vat.call('look', ['$0.Alleged: second'], ['o-50'], null);
  await vat.call('look', ['$0.Alleged: late'], ['o-51'], null);
  t.is(prototypes[0], prototypes[2]);
  t.is(prototypes[1], prototypes[3]);
  const [resolve] = await vat.call('echo', ['$0.Alleged: third'], ['o-50'], 'p-60');
  t.deepEqual(resolve, { type: 'resolve', resolutions: [resolution('p-60', 'fulfilled', data(['$0.Alleged: first'], 'o-50'))] });
});

test.serial('weak collections behave like those of the language', async t => {
  const seen: Record<string, unknown> = {};
  const vat = await startTestVat((_powers, { WeakMap, WeakSet }) =>
    Far('root', {
      look: (presence: object) => {
        const own = {};
        class Tagged extends WeakMap<object, unknown> {
          override set(key: object, value: unknown): this {
            return super.set(key, ['tagged', value]);
          }
        }
        const map = new WeakMap<object, unknown>([
          [presence, 1],
          [own, 2],
        ]);
        const set = new WeakSet([presence, own]);
        const tagged = new Tagged([[presence, 3]]);
        seen.values = [map.get(presence), map.get(own), set.has(presence), set.has(own), tagged.get(presence), tagged.has(own)];
        seen.tags = [String(map), String(set), WeakMap.name, WeakSet.name, WeakMap.length];
        seen.instances = [map instanceof WeakMap, tagged instanceof WeakMap, tagged instanceof Tagged, set instanceof WeakSet];
        seen.chained = [map.set(own, 4) === map, set.add(own) === set];
        seen.deleted = [map.delete(presence), map.has(presence), set.delete(own), set.delete(own)];
        seen.undefinedValue = [map.set(presence, undefined).has(presence), map.get(presence)];
        const problems = [];
        for (const attempt of [
          () => map.set(1 as never, 1),
          () => set.add('x' as never),
          () => (WeakMap as unknown as () => void)(),
          () => new WeakMap([1] as never),
          () => Reflect.apply(map.get, {}, [own]) as unknown,
        ]) {
          try {
            attempt();
            problems.push('none');
          } catch (error) {
            problems.push((error as Error).name);
          }
        }
        seen.problems = problems;
        seen.missing = [map.get(3 as never), map.has(null as never), set.has(undefined as never), map.delete('x' as never)];
        const { getPrototypeOf } = Object;
        seen.parents = [getPrototypeOf(WeakMap.prototype) === Object.prototype, getPrototypeOf(WeakMap) === Function.prototype];
      },
    }),
  );
  await vat.call('look', ['$0'], ['o-50'], null);
  t.deepEqual(seen, {
    values: [1, 2, true, true, ['tagged', 3], false],
    tags: ['[object WeakMap]', '[object WeakSet]', 'WeakMap', 'WeakSet', 0],
    instances: [true, true, true, true],
    chained: [true, true],
    deleted: [true, false, true, false],
    undefinedValue: [true, undefined],
    problems: ['TypeError', 'TypeError', 'TypeError', 'TypeError', 'TypeError'],
    missing: [undefined, false, false, false],
    parents: [true, true],
  });
});

test.serial('a collection that only one of its own values refers to is collected', async t => {
  const vat = await startTestVat((_powers, { WeakMap }) =>
    Far('root', {
      tangle: (key: object) => {
        const map = new WeakMap<object, unknown>();
        map.set(key, { map });
      },
    }),
  );
  await vat.call('tangle', ['$0'], ['o-50'], null);
  t.deepEqual(await harvest(vat), ['o-50', 'w1']);
  t.deepEqual(await vat.bringOutYourDead('o-50', 'w1'), [
    { type: 'dropImports', refs: ['o-50'] },
    { type: 'retireImports', refs: ['o-50'] },
  ]);
});

test.serial('a promise that nobody holds any more does not hold what it resolved to', async t => {
  const vat = await startTestVat(() => Far('root', { take: () => {}, relay: (x: Any) => void E(x).get?.() }));
  await vat.call('take', ['&0'], ['p-40'], null);
  await vat.notify(resolution('p-40', 'fulfilled', data('$0', 'o-50')));
  await vat.call('relay', ['$0'], ['o-51'], null);
  await vat.notify(resolution('p+1', 'fulfilled', data('$0', 'o-52')));
  t.deepEqual(await harvest(vat), ['o-50', 'o-51', 'o-52']);
});

/** One history, with a collector that never runs or runs after every delivery; BOYD lists are the same recorded ones. */
const playHistory = async (betweenDeliveries: () => Promise<void>) => {
  const trace: unknown[] = [];
  const vat = await startTestVat(
    (_powers, { WeakMap, WeakSet }) => {
      const map = new WeakMap<object, unknown>();
      const set = new WeakSet();
      const prototypes = new Set<object>();
      let saved: unknown;
      return Far('root', {
        see: (x: Any, label: string) => {
          const prototype = Object.getPrototypeOf(x) as object;
          trace.push([label, String(x), prototypes.has(prototype), map.has(x), map.get(x), set.has(x)]);
          prototypes.add(prototype);
          map.set(x, label);
          set.add(x);
        },
        // The promise that stands for a Presence comes and goes with it.
        promise: (x: object) => {
          const promise = E.resolve(x);
          trace.push(['promise', map.get(promise), set.has(promise), map.delete(promise)]);
          map.set(promise, 'seen');
          set.add(promise);
        },
        relayPromise: (x: Any) => E(x).take?.(E.resolve(x)),
        relay: (x: Any, y: unknown) => E(x).take?.(y, Promise.resolve(y)),
        save: (x: unknown) => {
          saved = x;
        },
        give: () => harden([saved, Far('child', {})]),
        fail: (x: Any) => E(x).fail?.(),
      });
    },
    { betweenDeliveries },
  );
  const syscalls: VatSyscall[] = [];
  const record = async (step: Promise<VatSyscall[]>) => {
    syscalls.push(...(await step));
  };
  for (const round of [1, 2, 3]) {
    await record(vat.call('see', [`$0.Alleged: name ${round}`, `a${round}`], ['o-50'], `p-${100 + round}`));
    await record(vat.call('see', [`$0`, `b${round}`], [`o-${60 + round}`], null));
    await record(vat.call('relay', ['$0', '$1.Alleged: other'], ['o-50', 'o-51'], `p-${200 + round}`));
    await record(vat.call('promise', ['$0'], ['o-54'], null));
    await record(vat.call('promise', ['$0'], ['o-54'], null));
    await record(vat.call('relayPromise', ['$0'], ['o-55'], `p-${500 + round}`));
    await record(vat.call('relayPromise', ['$0'], ['o-55'], null));
    await record(vat.call('save', [['$0']], ['o-52'], null));
    await record(vat.call('give', [], [], `p-${300 + round}`));
    await record(vat.call('fail', ['$0'], ['o-53'], `p-${400 + round}`));
    if (round === 2) await record(vat.bringOutYourDead('o-50', 'o-51', 'o-53', 'o-54', 'o-61'));
  }
  const { watched: _watched, ...tables } = vat.liveslots.inspectTables();
  return { trace, syscalls: JSON.stringify(syscalls), tables };
};

test.serial('with a collection after every delivery and with none, trace and syscalls are the same byte for byte', async t => {
  const never = await playHistory(async () => {});
  const always = await playHistory(collectGarbage);
  t.deepEqual(always.trace, never.trace);
  t.is(always.syscalls, never.syscalls);
  t.deepEqual(always.tables, never.tables);
});
