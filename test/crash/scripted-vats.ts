/**
 * Vats without liveslots for crash tests: what each does is a function of what it was delivered, so that a replay repeats it, and it
 * does a little of everything: objects passed, kept, dropped and retired, promises made, kept and settled, data stored.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { VRef } from '@cooperage/protocol/refs';
import type {
  DeliveryReport,
  VatDelivery,
  VatSyscall,
  VatSyscallHandler,
  VatWorker,
  WorkerLauncher,
} from '@cooperage/protocol/worker-port';

type MessageDelivery = Extract<VatDelivery, { type: 'message' }>;

const dataWith = (slots: readonly VRef[], text = ''): CapData<VRef> => ({
  body: `#${JSON.stringify([text, slots.map((slot, i) => (slot.startsWith('p') ? `&${i}` : `$${i}`))])}`,
  slots,
});
const isImport = (ref: string): boolean => ref.startsWith('o-');

/** A call of `method` with one number and any refs. */
export const call = <Ref extends string>(method: string, amount: number, ...slots: Ref[]): CapData<Ref> => ({
  body: `#${JSON.stringify([method, [amount, ...slots.map((_, i) => `$${i}`)]])}`,
  slots,
});

class ScriptedVat {
  #exported = 0;
  #promised = 0;
  /** Imports that the vat can reach, and those that it only recognizes. */
  readonly #kept = new Set<VRef>();
  readonly #recognized = new Set<VRef>();
  /** Results that it still owes. */
  #owed: VRef[] = [];
  #syscall: (syscall: VatSyscall) => void = () => {};

  deliver(delivery: VatDelivery, syscall: (syscall: VatSyscall) => void): void {
    this.#syscall = syscall;
    if (delivery.type === 'message') this.#act(delivery);
    else if (delivery.type === 'dropExports') this.#say({ type: 'retireExports', refs: delivery.refs });
    else if (delivery.type === 'retireImports') for (const ref of delivery.refs) this.#recognized.delete(ref);
    else if (delivery.type === 'bringOutYourDead') this.#drop([...this.#kept].slice(0, 2));
    else if (delivery.type === 'notify') for (const { data } of delivery.resolutions) this.#keep(data.slots);
  }

  harvest(): readonly string[] {
    return [...this.#kept].slice(0, 2).sort();
  }

  #say(syscall: VatSyscall): void {
    this.#syscall(syscall);
  }

  #keep(refs: readonly VRef[]): void {
    for (const ref of refs) {
      if (!isImport(ref)) continue;
      this.#recognized.delete(ref);
      this.#kept.add(ref);
    }
  }

  #drop(refs: readonly VRef[]): void {
    if (refs.length === 0) return;
    this.#say({ type: 'dropImports', refs });
    for (const ref of refs) {
      this.#kept.delete(ref);
      this.#recognized.add(ref);
    }
  }

  #newExport(): VRef {
    this.#exported += 1;
    return `o+${this.#exported}` as VRef;
  }

  #send(target: VRef, methargs: CapData<VRef>): void {
    this.#promised += 1;
    const result = `p+${this.#promised}` as VRef;
    this.#say({ type: 'send', target, message: { methargs, result } });
    this.#say({ type: 'subscribe', promise: result });
  }

  #settle(promise: VRef | null, data: CapData<VRef>): void {
    if (promise === null) return;
    const outcome = this.#exported % 3 === 2 ? 'rejected' : 'fulfilled';
    this.#say({ type: 'resolve', resolutions: [{ promise, outcome, data }] });
  }

  #act({ message: { methargs, result } }: MessageDelivery): void {
    const [method, [amount = 0]] = JSON.parse(methargs.body.slice(1)) as [string, [number?]];
    const [peer] = methargs.slots;
    this.#keep(methargs.slots);
    const owes = method === 'owe' && result !== null;
    if (owes) this.#owed.push(result);
    if (peer !== undefined && method === 'make') {
      const made = Array.from({ length: amount }, () => this.#newExport());
      this.#send(peer, { body: `#${JSON.stringify(['keep', [amount, ...made.map((_, i) => `$${i}`)]])}`, slots: made });
    } else if (peer !== undefined && method === 'relay') {
      this.#send(peer, call('keep', 0, ...[...this.#kept].slice(0, amount)));
      this.#send(peer, call('owe', 0));
    } else if (method === 'drop') this.#drop([...this.#kept].slice(0, amount));
    else if (method === 'retire') this.#retire();
    else if (method === 'settle') this.#settleOwed();
    else if (method === 'store') this.#store(amount);
    else if (method === 'exit') this.#say({ type: 'exit', outcome: 'success', info: dataWith([]) });
    else if (method === 'fault') this.#say({ type: 'format' } as never);
    if (!owes) this.#settle(result, dataWith(method === 'make' ? [this.#newExport()] : [], method));
  }

  #retire(): void {
    const refs = [...this.#recognized];
    if (refs.length === 0) return;
    this.#say({ type: 'retireImports', refs });
    this.#recognized.clear();
  }

  #settleOwed(): void {
    for (const promise of this.#owed) this.#settle(promise, dataWith([...this.#kept].slice(0, 1), 'at last'));
    this.#owed = [];
  }

  #store(amount: number): void {
    for (let i = 0; i < amount; i += 1) {
      const key = `k${(amount * 7 + i * 3) % 20}`;
      this.#say(
        i % 3 === 2 ? { type: 'vatstoreDelete', key } : { type: 'vatstoreSet', key, value: `${amount}`.repeat(amount * 40) },
      );
    }
  }
}

/** Workers with scripted vats; what they say arrives at once. */
export const scriptedLauncher: WorkerLauncher = {
  kind: 'scripted',
  engine: 'none',
  launch: async (): Promise<VatWorker> => {
    const vat = new ScriptedVat();
    return {
      deliver: async (delivery: VatDelivery, syscalls: VatSyscallHandler): Promise<DeliveryReport> => {
        vat.deliver(delivery, syscalls);
        return { result: { outcome: 'ok' }, buffered: [] };
      },
      harvest: async () => vat.harvest(),
      stop: async () => {},
    };
  },
};
