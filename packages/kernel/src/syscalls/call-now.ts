/** A vat calls a device, and has the answer at once. What the device throws, or answers beyond the limits, the vat may catch. */
import type { KernelDeviceRef, KRef, VatId } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';
import type { VatSyscallResult } from '@cooperage/protocol/worker-port';
import type { Crank } from '../crank-state.ts';
import { callDevice } from '../devices/call-device.ts';
import { translateAnswer } from '../translate/delivery-to-vat.ts';

export const handleCallNow = (
  crank: Crank,
  vat: VatId,
  { target, method, args }: Extract<Syscall<KRef>, { type: 'callNow' }>,
): VatSyscallResult => {
  const { device, kind, id } = crank.tables.deviceNodes.get(target as KernelDeviceRef);
  const answer = callDevice(crank, device, (code, powers) => code.call({ kind, id, method, args }, powers));
  if (answer.outcome === 'error') return answer;
  return { outcome: 'ok', value: translateAnswer(crank, vat, answer.data) };
};
