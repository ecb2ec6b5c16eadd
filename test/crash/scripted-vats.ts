/**
 * Vats without liveslots for crash tests: what each does is a function of what it was delivered, so that a replay repeats it, and it
 * does a little of everything: objects passed, kept, dropped and retired, promises made, kept and settled, data stored, durable objects
 * that cite each other across vats, devices called, vats made, changed and ended.
 */
import { CooperageError } from '@cooperage/protocol/errors';
import { EMPTY_CAPDATA, type CapData } from '@cooperage/protocol/capdata';
import type { VRef } from '@cooperage/protocol/refs';
import type {
  DeliveryOutcome,
  DeliveryReport,
  VatDelivery,
  VatSyscall,
  VatSyscallHandler,
  VatWorker,
  WorkerLauncher,
} from '@cooperage/protocol/worker-port';
import { call } from './scripted-call.ts';
import { findDeadInHeaps, type ScriptedHeap } from './scripted-heaps.ts';
import { ScriptedStore, type Say } from './scripted-store.ts';

type MessageDelivery = Extract<VatDelivery, { type: 'message' }>;
/** `what`: a number, or the name of a vat. */
type Request = { readonly what: number | string; readonly amount: number; readonly peer: VRef | undefined };

const dataWith = (slots: readonly VRef[], text = ''): CapData<VRef> => ({
  body: `#${JSON.stringify([text, slots.map((slot, i) => (slot.startsWith('p') ? `&${i}` : `$${i}`))])}`,
  slots,
});
const isImport = (ref: string): boolean => ref.startsWith('o-');

/** More than a BOYD takes in one delivery. */
const TOLL = 2;
const MANY_KEPT = 8;

class ScriptedVat implements ScriptedHeap {
  readonly #store = new ScriptedStore();
  /** It was started with something: a vat that is, does not fault when it is told to. */
  #isMended = false;
  #exported = 0;
  #promised = 0;
  #device: VRef | undefined;
  /** Imports that the vat has in hand, and those that it only recognizes. */
  readonly #kept = new Set<VRef>();
  readonly #recognized = new Set<VRef>();
  /** The durable object that it has in hand. */
  #latest: VRef | undefined;
  /** Results that it still owes. */
  #owed: VRef[] = [];
  /** Vats that were made for it. */
  readonly #made: string[] = [];
  #say: Say = () => ({ outcome: 'error', problem: 'nobody listens' });

  deliver(delivery: VatDelivery, say: Say): DeliveryOutcome {
    this.#say = say;
    this.#store.attach(say);
    switch (delivery.type) {
      case 'startVat':
        this.#isMended = delivery.parameters.slots.length > 0;
        this.#load();
        break;
      case 'message':
        this.#act(delivery);
        this.#save();
        break;
      case 'notify':
        for (const { data } of delivery.resolutions) this.#keep(data.slots);
        break;
      case 'dropExports':
        this.#loseExports(delivery.refs);
        break;
      case 'retireExports':
        for (const ref of delivery.refs) this.#store.note(ref, undefined);
        break;
      case 'retireImports':
        for (const ref of delivery.refs) this.#recognized.delete(ref);
        break;
      case 'bringOutYourDead':
        return this.#bringOutDead(delivery.condemned ?? []);
      case 'stopVat':
        this.#stop();
        break;
    }
    return { outcome: 'ok' };
  }

  harvest(): readonly string[] {
    return [...this.#kept].slice(0, TOLL).sort();
  }

  holds(ref: string): boolean {
    return this.#kept.has(ref as VRef) || ref === this.#latest;
  }

  #load(): void {
    this.#store.load();
    const numbers = this.#say({ type: 'vatstoreGet', key: 'numbers' });
    if (numbers.outcome !== 'ok' || typeof numbers.value !== 'string') return;
    const [exported = 0, promised = 0, device] = JSON.parse(numbers.value) as [number, number, VRef?];
    this.#exported = exported;
    this.#promised = promised;
    this.#device = device ?? undefined;
  }

  #save(): void {
    const value = JSON.stringify([this.#exported, this.#promised, this.#device]);
    this.#say({ type: 'vatstoreSet', key: 'numbers', value });
  }

  #keep(refs: readonly VRef[]): void {
    for (const ref of refs) {
      if (!isImport(ref)) continue;
      this.#recognized.delete(ref);
      this.#kept.add(ref);
    }
  }

  /** Out of the hand: what no durable object cites is dropped. */
  #drop(refs: readonly VRef[]): void {
    for (const ref of refs) this.#kept.delete(ref);
    this.#letGo(refs);
  }

  #letGo(refs: readonly VRef[]): void {
    const dropped = [...new Set(refs)].filter(ref => isImport(ref) && !this.#kept.has(ref) && !this.#store.isCited(ref));
    if (dropped.length === 0) return;
    this.#say({ type: 'dropImports', refs: dropped });
    for (const ref of dropped) this.#recognized.add(ref);
  }

  #sweep(): void {
    this.#letGo(this.#store.sweep(this.#latest));
  }

  #loseExports(refs: readonly VRef[]): void {
    const gone = refs.filter(ref => !this.#store.has(ref));
    if (gone.length > 0) this.#say({ type: 'retireExports', refs: gone });
    for (const ref of refs) this.#store.note(ref, gone.includes(ref) ? undefined : 's');
    this.#sweep();
  }

  #bringOutDead(condemned: readonly VRef[]): DeliveryOutcome {
    this.#letGo(this.#store.deleteCondemned(condemned));
    this.#drop([...this.#kept].slice(0, TOLL));
    return this.#kept.size > MANY_KEPT ? { outcome: 'ok', unfinished: true } : { outcome: 'ok' };
  }

  /** The heap is about to go. */
  #stop(): void {
    this.#latest = undefined;
    this.#drop([...this.#kept]);
    this.#sweep();
    this.#retire();
  }

  #newExport(): VRef {
    this.#exported += 1;
    return `o+${this.#exported}` as VRef;
  }

  #send(target: VRef, methargs: CapData<VRef>): void {
    this.#promised += 1;
    const result = `p+${this.#promised}` as VRef;
    for (const ref of methargs.slots) if (this.#store.has(ref)) this.#store.note(ref, 'r');
    this.#say({ type: 'send', target, message: { methargs, result } });
    this.#say({ type: 'subscribe', promise: result });
  }

  #settle(promise: VRef | null, data: CapData<VRef>): void {
    if (promise === null) return;
    const outcome = this.#exported % 3 === 2 ? 'rejected' : 'fulfilled';
    this.#say({ type: 'resolve', resolutions: [{ promise, outcome, data }] });
  }

  #act({ message: { methargs, result } }: MessageDelivery): void {
    const [method, [what = 0]] = JSON.parse(methargs.body.slice(1)) as [string, [(number | string)?]];
    const [peer] = methargs.slots;
    this.#keep(methargs.slots);
    if (peer?.startsWith('d') === true) this.#device = peer;
    const owes = method === 'owe' && result !== null;
    if (owes) this.#owed.push(result);
    this.#methods[method]?.({ what, amount: Number(what), peer });
    if (!owes) this.#settle(result, dataWith(method === 'make' ? [this.#newExport()] : [], method));
  }

  readonly #methods: Readonly<Record<string, (request: Request) => void>> = {
    make: ({ amount, peer }) => {
      if (peer === undefined) return;
      this.#send(peer, call('keep', amount, ...Array.from({ length: amount }, () => this.#newExport())));
    },
    relay: ({ amount, peer }) => {
      if (peer === undefined) return;
      this.#send(peer, call('keep', 0, ...[...this.#kept].slice(0, amount)));
      this.#send(peer, call('owe', 0));
    },
    drop: ({ amount }) => {
      if (amount > 2) this.#latest = undefined;
      this.#drop([...this.#kept].slice(0, amount));
      this.#sweep();
    },
    retire: () => this.#retire(),
    settle: () => this.#settleOwed(),
    store: ({ amount }) => this.#storeText(amount),
    exit: () => this.#say({ type: 'exit', outcome: 'success', info: dataWith([]) }),
    fault: () => {
      if (!this.#isMended) this.#say({ type: 'format' } as never);
    },
    /** Makes a durable object that cites what is in hand, and shows it around. */
    remember: ({ amount, peer }) => {
      this.#latest = this.#store.make([...this.#kept].slice(-amount));
      if (peer !== undefined) this.#send(peer, call('cite', amount, this.#latest));
      this.#sweep();
    },
    /** The durable object in hand cites what came, and what is in hand: so do those that cite it. */
    cite: ({ amount }) => {
      if (this.#latest !== undefined) this.#letGo(this.#store.write(this.#latest, [...this.#kept].slice(-amount)));
    },
    ask: ({ what, amount }) => {
      const methods = ['keep', 'keep', 'give', 'drop', 'echo', 'half'];
      this.#callDevice(
        methods[amount + (this.#exported % 2)] ?? 'wake',
        what,
        ...[...this.#kept].slice(0, amount),
        this.#newExport(),
      );
    },
    hire: ({ what }) => this.#callDevice('create', what, this.#newExport()),
    vatStarted: ({ what }) => void this.#made.push(String(what)),
    vatTerminated: ({ what }) => void this.#made.splice(this.#made.indexOf(String(what)), 1),
    promote: () => this.#callDevice('upgrade', this.#made[0] ?? 'v99'),
    fire: () => this.#callDevice('end', this.#made[0] ?? 'v99'),
  };

  #callDevice(method: string, what: number | string, ...slots: VRef[]): void {
    if (this.#device === undefined) return;
    const args = { body: `#${JSON.stringify([what, ...slots.map((_, i) => `$${i}`)])}`, slots };
    const answer = this.#say({ type: 'callNow', target: this.#device, method, args });
    if (answer.outcome === 'ok') this.#keep(((answer.value ?? EMPTY_CAPDATA) as CapData<VRef>).slots);
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

  #storeText(amount: number): void {
    for (let i = 0; i < amount; i += 1) {
      const key = `k${(amount * 7 + i * 3) % 20}`;
      this.#say(
        i % 3 === 2 ? { type: 'vatstoreDelete', key } : { type: 'vatstoreSet', key, value: `${amount}`.repeat(amount * 40) },
      );
    }
  }
}

const heaps = new WeakMap<VatWorker, ScriptedVat>();

/** A bundle of which no vat comes up. */
export const BROKEN = 'broken';

/** Workers with scripted vats; what they say arrives at once. */
export const scriptedLauncher: WorkerLauncher = {
  kind: 'scripted',
  engine: 'none',
  launch: async ({ bundle }): Promise<VatWorker> => {
    if (bundle.id === BROKEN) throw new CooperageError('ERR_VAT_SOURCE', 'there is no such code', { subject: BROKEN });
    const vat = new ScriptedVat();
    const worker: VatWorker = {
      deliver: async (delivery: VatDelivery, syscalls: VatSyscallHandler): Promise<DeliveryReport> => {
        return { result: vat.deliver(delivery, (syscall: VatSyscall) => syscalls(syscall)), buffered: [] };
      },
      harvest: async () => vat.harvest(),
      stop: async () => {},
    };
    heaps.set(worker, vat);
    return worker;
  },
  isTransparent: worker => heaps.has(worker),
  findDead: async (world, workers) =>
    findDeadInHeaps(world, new Map([...workers].map(([vat, worker]) => [vat, heaps.get(worker) as ScriptedVat]))),
};
