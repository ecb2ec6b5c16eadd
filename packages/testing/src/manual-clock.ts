/**
 * Time for tests: a device that vats read and wait on, and that moves when the test says so. The kernel itself has no clock, so nothing else
 * of it depends on time.
 */
import type { KernelController } from '@cooperage/host/controller';
import type { DeviceMethods, DevicePowers, DeviceSpec } from '@cooperage/host/devices/device-source';

type Waiting = { readonly at: bigint; readonly handler: object };

/** Whoever waits for the same moment is woken in the order in which it asked. */
const makeDevice = ({ parameters, state, send, defineInput }: DevicePowers<{ start: bigint }>): DeviceMethods => {
  const now = (): bigint => (state.get('now') as bigint | undefined) ?? parameters.start;
  const waiting = (): readonly Waiting[] => (state.get('waiting') ?? []) as readonly Waiting[];
  defineInput('advance', (to: bigint) => {
    const due = waiting().filter(({ at }) => at <= to);
    state.set(
      'waiting',
      waiting().filter(({ at }) => at > to),
    );
    state.set('now', to);
    for (const { at, handler } of [...due].sort((a, b) => Number(a.at - b.at))) send(handler, 'wake', [at]);
    return due.length;
  });
  return {
    getTime: now,
    wakeAt: (at: bigint, handler: object) => {
      if (typeof at !== 'bigint') throw new TypeError(`wakeAt takes a bigint such as 110n, not ${typeof at} ${String(at)}`);
      state.set('waiting', [...waiting(), { at, handler }]);
    },
    cancel: (handler: object) =>
      state.set(
        'waiting',
        waiting().filter(each => each.handler !== handler),
      ),
  };
};

export type ManualClock = {
  /** For `devices: { clock: clock.device }`. Vats call `getTime()`, `wakeAt(time, handler)` and `cancel(handler)`; `handler.wake(time)` is sent. */
  readonly device: DeviceSpec;
  /** Moves time on, and runs the kernel until nothing is left to do; how many were woken. */
  readonly advance: (kernel: KernelController, by: bigint, name?: string) => Promise<number>;
  readonly now: () => bigint;
};

/** Starts at `start`, in whatever unit the test likes. */
export const makeManualClock = ({ start = 0n }: { readonly start?: bigint } = {}): ManualClock => {
  let now = start;
  return {
    device: { makeDevice: makeDevice as never, parameters: { start } },
    advance: async (kernel, by, name = 'clock') => {
      if (typeof by !== 'bigint' || by < 0n) throw new TypeError('time goes on by a bigint, 0n or more');
      now += by;
      const woken = (await kernel.tellDevice(name, 'advance', [now])) as number;
      await kernel.run();
      return woken;
    },
    now: () => now,
  };
};
