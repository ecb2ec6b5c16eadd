/** The simulator for an author's own vats: what it lets pass, what it finds, and how it tells. */
import { simulate, type SimulatedKernel, SimulationFailure, type SimulationOptions } from '../src/simulate.ts';
import type { KernelRef } from '@cooperage/host/kernel-ref';
import type { VatSpec } from '@cooperage/host/options';
import { E, Far } from '@endo/far';
import test, { type ExecutionContext } from 'ava';

/** For simulations that are to fail: nothing of theirs counts for this test. */
const silent = { pass: () => {}, log: () => {}, timeout: () => {} };

const failureOf = async <Model>(t: ExecutionContext, options: SimulationOptions<Model>): Promise<SimulationFailure> => {
  const error = await t.throwsAsync(simulate(silent, options), { instanceOf: SimulationFailure });
  return error as SimulationFailure;
};

/** A shop sells things that it makes; customers keep one, give it back, and talk. Sound. */
const shop = {
  buildRootObject: () => {
    let sold = 0;
    const makeThing = (number: number) => Far('thing', { getNumber: () => number });
    return Far('shop', {
      sell: () => {
        sold += 1;
        return makeThing(sold);
      },
      countSold: () => sold,
      refuse: () => {
        throw new Error('closed');
      },
    });
  },
};

type Thing = { getNumber(): number };
type Shop = { sell(): Thing };

const customer = {
  buildRootObject: () => {
    let kept: Thing | undefined;
    return Far('customer', {
      buy: async (from: Shop) => {
        kept = await E(from).sell();
        return E(kept).getNumber();
      },
      take: (thing: Thing) => void (kept = thing),
      forget: () => void (kept = undefined),
    });
  },
};

const bought: SimulationOptions['actions'] = {
  buy: ({ kernel }) => kernel.call('customer', 'buy', [kernel.root('shop')]),
  buyLater: ({ kernel }) => kernel.send('customer', 'buy', [kernel.root('shop')]),
  give: async ({ kernel }) => {
    const thing = (await kernel.call('shop', 'sell')) as KernelRef;
    await kernel.call('customer', 'take', [thing]);
    await kernel.call(thing, 'getNumber');
  },
  forget: ({ kernel }) => kernel.call('customer', 'forget'),
  refuse: ({ kernel }) => kernel.call('shop', 'refuse').catch(() => undefined),
  crank: ({ kernel }) => kernel.step(),
};

test.serial('sound vats pass, through restarts, crashes and replays', async t => {
  const report = await simulate(t, {
    vats: { shop, customer },
    actions: bought,
    invariant: async kernel => ((await kernel.call('shop', 'countSold')) as number) >= 0,
    seeds: 6,
    steps: 25,
  });
  t.is(report.seeds, 6);
  t.true(report.cranks > 100);
  t.true(report.restarts > 5, `${report.restarts} restarts`);
  t.true(report.kills > 5, `${report.kills} kills`);
  t.true(report.replays > 20, `${report.replays} replays`);
});

test.serial('a model is made anew for each run, and what actions did to it is never undone', async t => {
  let models = 0;
  await simulate(t, {
    vats: { shop },
    model: () => ({ number: (models += 1), sold: 0 }),
    actions: {
      sell: async ({ kernel, model }) => {
        await kernel.call('shop', 'sell');
        model.sold += 1;
      },
    },
    invariant: async (kernel, { sold }) => (await kernel.call('shop', 'countSold')) === sold,
    seeds: 2,
    steps: 10,
  });
  t.is(models, 4, 'one for the calm run and one for the hard run of each seed');
});

test.serial('vats that come and go are part of a simulation', async t => {
  const names = ['dan', 'eve'];
  const isThere = (kernel: SimulatedKernel, name: string): boolean => {
    try {
      return kernel.root(name) !== undefined;
    } catch {
      return false;
    }
  };
  await simulate(t, {
    vats: { shop },
    actions: {
      come: async ({ kernel, random }) => {
        const name = random.pick(names);
        if (!isThere(kernel, name)) await kernel.installVat(name, customer);
      },
      go: async ({ kernel, random }) => {
        const name = random.pick(names);
        if (isThere(kernel, name)) await kernel.terminateVat(name);
      },
      buy: async ({ kernel, random }) => {
        const name = random.pick(names);
        if (isThere(kernel, name)) await kernel.call(name, 'buy', [kernel.root('shop')]);
      },
    },
    expectNoGrowth: false,
    seeds: 4,
    steps: 20,
  });
});

test.serial('vats that are upgraded on the way are part of a simulation', async t => {
  type Baggage = {
    has(key: string): boolean;
    get(key: string): number;
    set(key: string, value: number): void;
    init(key: string, value: number): void;
  };
  const makeCounter = (step: number) => ({
    buildRootObject: (_powers: unknown, { bonus }: { bonus: number }, baggage: Baggage) => {
      if (!baggage.has('count')) baggage.init('count', 0);
      return Far('counter', {
        add: () => baggage.set('count', baggage.get('count') + step + bonus),
        read: () => baggage.get('count'),
      });
    },
  });
  await simulate(t, {
    vats: { counter: { ...makeCounter(1), parameters: { bonus: 0 } } },
    model: () => ({ step: 1, bonus: 0, count: 0 }),
    actions: {
      add: async ({ kernel, model }) => {
        await kernel.call('counter', 'add');
        model.count += model.step + model.bonus;
      },
      upgradeCode: async ({ kernel, random, model }) => {
        model.step = 1 + random.below(5);
        await kernel.upgradeVat('counter', makeCounter(model.step));
      },
      upgradeParameters: async ({ kernel, random, model }) => {
        model.bonus = random.below(5);
        await kernel.upgradeVat('counter', { parameters: { bonus: model.bonus } });
      },
    },
    invariant: async (kernel, { count }) => (await kernel.call('counter', 'read')) === count,
    expectNoGrowth: true,
    seeds: 4,
    steps: 15,
  });
});

test.serial('state that no replay rebuilds is found', async t => {
  let visits = 0;
  const forgetful = { buildRootObject: () => Far('forgetful', { visit: () => (visits += 1) }) };
  const error = await failureOf(t, {
    vats: { forgetful },
    actions: { visit: ({ kernel }) => kernel.call('forgetful', 'visit') },
  });
  t.regex(error.message, /the same story comes out differently|a vat does not replay as it ran/);
  t.regex(error.message, /in a world of restarts and crashes, and not in a calm one/);
  t.true(error.steps.length <= 3, error.message);
});

test.serial('a leak is found, with the tables that grow', async t => {
  const hoarder = {
    buildRootObject: () => {
      const hoard: object[] = [];
      return Far('hoarder', { look: () => undefined, take: (thing: object) => void hoard.push(thing) });
    },
  };
  const options = {
    vats: { shop, hoarder },
    actions: {
      give: async ({ kernel }) => kernel.call('hoarder', 'take', [await kernel.call('shop', 'sell')]),
      look: ({ kernel }) => kernel.call('hoarder', 'look'),
    },
    seeds: 1,
    steps: 15,
  } satisfies SimulationOptions;
  await simulate(t, options);
  const error = await failureOf(t, { ...options, expectNoGrowth: true });
  t.deepEqual(error.steps, ['give', '(rest, release, reap)'], error.message);
  t.regex(error.message, /objects: 0 -> 1 rows, 1 per round/);
  t.regex(error.message, /It takes 2 of \d+ steps, in a calm world, without any restart:/);
});

test.serial('an invariant that breaks in one order alone is cut down to that order', async t => {
  const door = {
    buildRootObject: () => {
      let isArmed = false;
      let isBroken = false;
      return Far('door', {
        arm: () => void (isArmed = true),
        disarm: () => void (isArmed = false),
        open: () => void (isBroken ||= isArmed),
        wait: () => undefined,
        isWhole: () => !isBroken,
      });
    },
  };
  const call = (method: string): SimulationOptions['actions'][string] => {
    return ({ kernel }) => kernel.call('door', method);
  };
  const options: SimulationOptions = {
    vats: { door },
    actions: { arm: call('arm'), disarm: call('disarm'), open: call('open'), wait: call('wait') },
    invariant: kernel => kernel.call('door', 'isWhole'),
  };
  const error = await failureOf(t, options);
  t.deepEqual(error.steps, ['arm', 'open', '(rest, release, reap)'], error.message);
  t.regex(error.message, /^seed \d+ fails: the invariant does not hold\n/);
  t.regex(error.message, /1\. arm\n {7}door\.arm\(\) -> undefined\n {2}2\. open\n {7}door\.open\(\) -> undefined\n/);
  t.true(
    error.message.endsWith(`simulate(t, { ..., seed: ${error.seed} }), or COOPERAGE_SEED=${error.seed} in the environment.`),
  );

  const again = await failureOf(t, { ...options, seed: error.seed });
  t.is(again.message, error.message, 'the seed repeats it');
});

test.serial('a vat that asks the world for a random number is told from one that does not', async t => {
  const gambler = { buildRootObject: () => Far('gambler', { roll: () => Math.floor(Math.random() * 1e9) }) };
  const error = await failureOf(t, {
    vats: { gambler },
    actions: { roll: ({ kernel }) => kernel.call('gambler', 'roll') },
  });
  t.regex(error.message, /the same story comes out differently|a vat does not replay/);
});

test.serial('the story of a failure says what vats said', async t => {
  const error = await failureOf(t, {
    vats: { talker: { source: new URL('./fixtures/vat-talker.js', import.meta.url) } },
    actions: {
      talk: ({ kernel }) => kernel.call('talker', 'talk', ['hello']),
      fail: async ({ kernel }) => {
        if ((await kernel.call('talker', 'countTalks')) === 1) throw new Error('enough');
      },
    },
  });
  t.deepEqual(error.steps, ['talk', 'fail']);
  t.regex(error.message, /1\. talk\n {7}talker\.talk\('hello'\) -> undefined\n {7}talker log: they say hello\n/);
});

test.serial('an action that throws fails by its name', async t => {
  const error = await failureOf(t, {
    vats: { shop },
    actions: {
      sell: ({ kernel }) => kernel.call('shop', 'sell'),
      refuse: ({ kernel }) => kernel.call('shop', 'refuse'),
    },
  });
  t.deepEqual(error.steps, ['refuse']);
  t.regex(error.message, /action "refuse" threw closed/);
  t.is((error.cause as Error).message, 'closed');
});

test.serial('a kernel that stopped is told as such, whatever actions make of it', async t => {
  let lives = 0;
  const fickle = {
    buildRootObject: () => {
      lives += 1;
      const isFirst = lives <= 2;
      return Far('fickle', { ask: (peer: Shop) => (isFirst ? undefined : void E(peer).sell()) });
    },
  };
  const error = await failureOf(t, {
    vats: { shop, fickle },
    actions: { ask: ({ kernel }) => kernel.call('fickle', 'ask', [kernel.root('shop')]).catch(() => undefined) },
  });
  t.regex(error.message, /a vat does not replay as it ran: replay of v\d+ differs/);
  t.is((error.cause as { code?: string }).code, 'ERR_REPLAY');
});

test.serial('what an action leaves running is done before the next begins', async t => {
  const error = await failureOf(t, {
    vats: { shop, customer },
    actions: {
      hurry: ({ kernel }) => {
        void kernel.call('customer', 'buy', [kernel.root('shop')]);
        void kernel.call('shop', 'sell').then(thing => (thing as KernelRef).release());
      },
      fail: ({ kernel }) => {
        void kernel.call('shop', 'sell');
        throw new Error('too early');
      },
    },
  });
  t.deepEqual(error.steps, ['fail']);
  t.regex(error.message, /action "fail" threw too early/);
});

test.serial('vats that never come to rest are found', async t => {
  type Player = { hit(back: Player): void };
  const player: VatSpec = {
    reap: { deliveries: 'never' },
    buildRootObject: () => {
      const self: Player = Far('player', { hit: back => void E(back).hit(self) });
      return self;
    },
  };
  const error = await failureOf(t, {
    vats: { ping: player, pong: player },
    actions: { serve: ({ kernel }) => kernel.send('ping', 'hit', [kernel.root('pong')]) },
    steps: 1,
  });
  t.regex(error.message, /the vats do not come to rest within \d+ cranks/);
});

test.serial('what an action holds is let go when it ends', async t => {
  let held: KernelRef | undefined;
  const error = await failureOf(t, {
    vats: { shop },
    actions: {
      hold: async ({ kernel }) => {
        held = (await kernel.call('shop', 'sell')) as KernelRef;
      },
      use: ({ kernel }) => (held === undefined ? undefined : kernel.call(held, 'getNumber')),
    },
  });
  t.regex(error.message, /action "use" threw ko\d+ is not held/);
});

test.serial('actions cannot close the kernel', async t => {
  const close = (kernel: SimulatedKernel): unknown => (kernel as unknown as { close(): unknown }).close();
  const error = await failureOf(t, { vats: { shop }, actions: { close: ({ kernel }) => close(kernel) } });
  t.regex(error.message, /actions cannot close the kernel/);
});

test.serial('options that say nothing are refused', async t => {
  const refuse = async (options: object, message: RegExp) => {
    await t.throwsAsync(simulate(silent, options as SimulationOptions), { code: 'ERR_ARGUMENT', message });
  };
  const actions = { nothing: () => {} };
  await refuse({ vats: { shop }, actions, step: 3 }, /there is no option "step"\n {2}Did you mean "steps"\?/);
  await refuse({ actions }, /there are no vats/);
  await refuse({ vats: { shop } }, /there are no actions/);
  await refuse({ vats: { shop }, actions: { act: 'buy' } }, /actions is not an object of functions/);
  await refuse({ vats: { shop }, actions, seeds: 0 }, /seeds is not a whole number above 0/);
});
