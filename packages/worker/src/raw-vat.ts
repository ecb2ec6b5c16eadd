/** A vat without liveslots, for tests of the kernel: a function that gets every delivery and makes what syscalls it likes. */
import { describeThrown } from '@cooperage/liveslots/describe-error';
import type { DeliveryOutcome, VatDelivery, VatSyscallHandler } from '@cooperage/protocol/worker-port';
import type { VatRunner } from './supervisor.ts';

export type RawDispatch = (syscall: VatSyscallHandler, delivery: VatDelivery) => void | Promise<void>;

/** Runs `dispatch`; what it throws is the fault. A promise that it leaves pending is a fault too. */
export const makeRawRunner = (dispatch: RawDispatch, syscall: VatSyscallHandler): VatRunner => {
  let result: DeliveryOutcome = { outcome: 'ok' };
  return {
    start: delivery => {
      result = { outcome: 'fault', problem: 'the delivery did not finish' };
      const run = async (): Promise<void> => dispatch(syscall, delivery);
      run().then(
        () => {
          result = { outcome: 'ok' };
        },
        (thrown: unknown) => {
          result = { outcome: 'fault', problem: describeThrown(thrown) };
        },
      );
    },
    finish: () => result,
    harvest: () => [],
  };
};
