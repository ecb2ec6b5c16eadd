/** The marker against a naive fixpoint on random worlds, what becomes suspect, and what a survey of the tables takes for a root. */
import type { KernelObjectRef, KRef, VatId } from '@cooperage/protocol/refs';
import { ALIVE } from '@cooperage/protocol/suspect-world';
import test from 'ava';
import fc from 'fast-check';
import type { Device } from '../src/devices/device-port.ts';
import { Marker } from '../src/gc/mark/marker.ts';
import { findSuspects } from '../src/gc/mark/suspects.ts';
import { surveyWorld, type Survey } from '../src/gc/mark/survey.ts';
import { World } from '../src/gc/mark/world.ts';
import { actor, call, makeRig, NOTHING, vref, vrefs, type Rig } from './rig.ts';

type Plan = {
  readonly size: number;
  readonly roots: readonly number[];
  readonly edges: readonly (readonly [number, number])[];
  readonly clauses: readonly (readonly [number, number, number])[];
};

const plans: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 40 }).chain(size => {
  const node = fc.nat({ max: size - 1 });
  return fc.record({
    size: fc.constant(size),
    roots: fc.array(node, { maxLength: 4 }),
    edges: fc.array(fc.tuple(node, node), { maxLength: 60 }),
    clauses: fc.array(fc.tuple(node, node, node), { maxLength: 40 }),
  });
});

const draw = ({ size, roots, edges, clauses }: Plan): World => {
  const world = new World();
  for (let node = 0; node < size; node += 1) world.node(`n${node}`);
  for (const root of roots) world.roots.add(root);
  for (const edge of edges) world.edges.add(...edge);
  for (const clause of clauses) world.clauses.add(...clause);
  return world;
};

/** All statements over and over until none adds anything. */
const findAlive = ({ roots, edges, clauses }: Plan): Set<number> => {
  const alive = new Set(roots);
  for (let before = -1; before !== alive.size;) {
    before = alive.size;
    for (const [from, to] of edges) if (alive.has(from)) alive.add(to);
    for (const [table, key, value] of clauses) if (alive.has(table) && alive.has(key)) alive.add(value);
  }
  return alive;
};

const listAlive = (marker: Marker, size: number): number[] =>
  Array.from({ length: size }, (_, node) => node).filter(node => marker.isAlive(node));

const ascending = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);

test('what is marked is the least fixpoint, whatever the world', t => {
  fc.assert(
    fc.property(plans, plan => {
      const marker = new Marker(draw(plan));
      if (!marker.step()) return false;
      t.deepEqual(listAlive(marker, plan.size), ascending(findAlive(plan)));
      return true;
    }),
    { numRuns: 2_000, seed: 1 },
  );
});

test('marking in small steps marks the same', t => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 5 }), (plan, budget) => {
      const marker = new Marker(draw(plan));
      let steps = 1;
      for (; !marker.step(budget); steps += 1) if (steps > plan.size + 1) return false;
      t.deepEqual(listAlive(marker, plan.size), ascending(findAlive(plan)));
      return true;
    }),
    { numRuns: 1_000, seed: 2 },
  );
});

test('suspects are what is not marked and bears on a vat or on another suspect, with every statement that still matters', t => {
  fc.assert(
    fc.property(plans, fc.func(fc.boolean()), (plan, isNamed) => {
      const world = draw(plan);
      const marker = new Marker(world);
      marker.step();
      const names = Array.from({ length: plan.size }, (_, node) => ({ ref: `o+${node}`, node, settling: undefined }));
      const survey: Survey = {
        world,
        nodeOf: () => 0,
        settlingNodeOf: () => 0,
        weakKeys: new Map(),
        names: new Map([['v1' as VatId, names.filter(({ node }) => isNamed(node))]]),
      };
      const suspects = findSuspects(survey, marker);
      const nodes = suspects?.nodes ?? [];
      t.true(nodes.every(node => !marker.isAlive(node)));
      t.is(new Set(nodes).size, nodes.length);
      // Whatever heaps may add, the suspects' world decides as the whole one does.
      for (const named of nodes.slice(0, 5)) {
        const whole = findAlive({ ...plan, roots: [...plan.roots, named] });
        const { edges, clauses } = suspects?.world ?? { edges: [], clauses: [] };
        const part = findAlive({
          size: nodes.length,
          roots: [nodes.indexOf(named), ALIVE],
          edges: pairsOf(edges),
          clauses: triplesOf(clauses),
        });
        t.deepEqual(
          ascending([...part].filter(node => node !== ALIVE).map(node => nodes[node] as number)),
          ascending([...whole].filter(node => nodes.includes(node))),
        );
      }
      return true;
    }),
    { numRuns: 500, seed: 3 },
  );
});

const pairsOf = (packed: ArrayLike<number>): (readonly [number, number])[] =>
  Array.from({ length: packed.length / 2 }, (_, i) => [packed[2 * i] as number, packed[2 * i + 1] as number]);
const triplesOf = (packed: ArrayLike<number>): (readonly [number, number, number])[] =>
  Array.from({ length: packed.length / 3 }, (_, i) => [
    packed[3 * i] as number,
    packed[3 * i + 1] as number,
    packed[3 * i + 2] as number,
  ]);

const KO = 'ko22' as KernelObjectRef;

/** A device that keeps what it is given. */
const box: Device = {
  call: ({ args }, powers) => {
    powers.state.set('kept', args);
    return NOTHING;
  },
  input: () => NOTHING,
};

/** alice exports o+1 (ko22, after the two roots) and gives it to bob, who drops it when told to. */
const makeWorld = async (t: Parameters<typeof makeRig>[0]): Promise<Rig> => {
  const rig = await makeRig(
    t,
    {
      alice: actor({
        give: ({ message }) => [
          { type: 'send', target: message.methargs.slots[0], message: { methargs: call('take', vref('o+1')), result: null } },
        ],
        store: ({ message }) => [
          { type: 'callNow', target: message.methargs.slots[0], method: 'keep', args: { body: '#["$0"]', slots: vrefs('o+1') } },
        ],
      }),
      bob: actor({ drop: () => [{ type: 'dropImports', refs: vrefs('o-50') }] }),
    },
    { devices: new Map([['box', box]]) },
  );
  await rig.tell('alice', call('give', rig.root('bob')));
  t.is(rig.store.tables.objects.find(KO)?.reachable, 1);
  return rig;
};

const openOf = (rig: Rig): ReadonlySet<VatId> => new Set(rig.store.tables.vats.list().map(({ vat }) => vat));

const isRoot = (rig: Rig, open: ReadonlySet<VatId> = openOf(rig), kref: KRef = KO): boolean => {
  const { world, nodeOf } = surveyWorld(rig.store.tables, open);
  return world.roots.has(nodeOf(kref));
};

test('what an open heap has is no root; what a closed one imports or exports is', async t => {
  const rig = await makeWorld(t);
  t.false(isRoot(rig));
  t.true(isRoot(rig, new Set([rig.vat('alice')])), 'bob cannot be looked into');
  t.true(isRoot(rig, new Set([rig.vat('bob')])), 'alice owns it, and nobody can see whether her heap has it');
  t.true(isRoot(rig, undefined, rig.root('alice')), 'the root of a vat is pinned');
});

const HOLDERS: readonly (readonly [string, (rig: Rig) => unknown])[] = [
  ['the host', ({ kernel }) => kernel.holdForHost(KO)],
  [
    'the parameters of a vat',
    async ({ kernel, vat }) => {
      const parameters = { body: '#"$0"', slots: [KO] };
      kernel.createVat({ name: 'carol', bundle: 'scripted', parameters, options: {} });
      return vat('alice');
    },
  ],
  [
    'the parameters of an upgrade that is queued',
    ({ kernel, vat }) =>
      kernel.upgradeVat({
        ...{ vat: vat('alice'), bundle: 'scripted', options: {}, message: 'x', heap: 'stop', result: 'host', place: 'in turn' },
        parameters: { body: '#"$0"', slots: [KO] },
      }),
  ],
  [
    'the state of a device',
    async rig => {
      rig.kernel.addDevice('box', NOTHING);
      await rig.tell('alice', call('store', rig.kernel.rootOfDevice('box')));
    },
  ],
  [
    'a message in the queue',
    ({ kernel, root }) => kernel.sendMessage({ target: root('bob') as never, methargs: call('hear', KO), result: 'none' }),
  ],
  ['a message to it in the queue', ({ kernel }) => kernel.sendMessage({ target: KO, methargs: call('hear'), result: 'none' })],
];

for (const [what, hold] of HOLDERS) {
  test(`what is held by ${what} is a root`, async t => {
    const rig = await makeWorld(t);
    await hold(rig);
    t.true(isRoot(rig));
  });
}

test('what is held by something that no survey knows is a root', async t => {
  const rig = await makeWorld(t);
  const { store } = rig;
  store.beginBlock();
  store.beginCrank();
  const row = store.tables.objects.get(KO);
  store.tables.objects.put({ ...row, reachable: row.reachable + 1, recognizable: row.recognizable + 1 });
  store.commitCrank();
  t.true(isRoot(rig));
  store.rollbackBlock();
  t.false(isRoot(rig));
});

test('what a vat can only recognize is no root, even if nothing is known of that vat', async t => {
  const rig = await makeWorld(t);
  await rig.tell('bob', call('drop'));
  t.is(rig.store.tables.objects.find(KO)?.recognizable, 1);
  t.false(isRoot(rig));
  t.false(isRoot(rig, new Set([rig.vat('alice')])));
  t.true(isRoot(rig, new Set([rig.vat('bob')])), 'alice may still have it, and then bob must go on to tell it apart');
});
