/** What WeakRefs keep for the rest of a job can be let go of in its midst, on this engine. */
import { releaseKept } from '@cooperage/worker/kept-objects';
import test from 'ava';

const { gc } = globalThis as { gc?: () => void };

/** In a function of its own, whose frame holds nothing afterwards. */
const watchNothing = (): WeakRef<object> => new WeakRef({});

/** Whether an object that nothing holds outlives a collection within the job in which its WeakRef was made. */
const survives = (act: () => void): boolean => {
  const ref = watchNothing();
  act();
  gc?.();
  return ref.deref() !== undefined;
};

test('a WeakRef keeps its target to the end of the job, unless the engine is asked to let go', async t => {
  t.truthy(gc, 'collections can be forced');
  t.true(survives(() => {}));
  t.false(survives(releaseKept));
  // The same in a microtask.
  await null;
  t.true(survives(() => {}));
  t.false(survives(releaseKept));
});

test('nothing that waits is run by it', async t => {
  let ran = 0;
  const run = Promise.resolve().then(() => {
    ran += 1;
  });
  process.nextTick(() => {
    ran += 1;
  });
  releaseKept();
  t.is(ran, 0);
  await run;
});

test('where the stack has no room for it, it does nothing', t => {
  const recurse = (): number => {
    try {
      return 1 + recurse();
    } catch {
      releaseKept();
      return 0;
    }
  };
  t.true(recurse() > 100);
});
