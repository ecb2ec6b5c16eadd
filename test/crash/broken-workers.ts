/**
 * Workers that break: the n-th call of the worker port goes wrong in one way, all others are as they should be. What a lost, a confused
 * or a compromised worker could do.
 */
import type { DeliveryReport, VatDelivery, VatSyscallHandler, VatWorker, WorkerLauncher } from '@cooperage/protocol/worker-port';
import { scriptedLauncher } from './scripted-vats.ts';

type PortCall = 'launch' | 'deliver' | 'harvest' | 'stop';

export type Breakage = {
  readonly name: string;
  readonly call: PortCall;
  /** What the call comes to; `sound` does what it should have done. May throw. */
  readonly outcome: (sound: () => Promise<unknown>) => Promise<unknown>;
  /** What becomes of the kernel: it stops, or its vat ends or is suspended, or nothing happens. */
  readonly consequence: 'stops' | 'faults' | 'goes on';
};

const lost = async (): Promise<never> => {
  throw new Error('the worker was lost');
};
const lostAfter = async (sound: () => Promise<unknown>): Promise<never> => {
  await sound();
  return lost();
};

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;

const OK = { outcome: 'ok' };
const GARBAGE_REPORTS: Readonly<Record<string, unknown>> = {
  'no report': undefined,
  'a report that is null': null,
  'a report that is text': 'ok',
  'an empty report': {},
  'a report without a result': { buffered: [] },
  'a report without syscalls': { result: OK },
  'a report whose syscalls are no list': { result: OK, buffered: { length: 1 } },
  'a report whose result is null': { result: null, buffered: [] },
  'a report whose result is text': { result: 'ok', buffered: [] },
  'a report with an unknown outcome': { result: { outcome: 'fine' }, buffered: [] },
  'a fault without a problem': { result: { outcome: 'fault' }, buffered: [] },
  'a fault whose problem is no text': { result: { outcome: 'fault', problem: 5 }, buffered: [] },
  'a syscall that is null': { result: OK, buffered: [null] },
  'a syscall that is text': { result: OK, buffered: ['vatstoreGet'] },
  'a syscall without fields': { result: OK, buffered: [{}] },
  'a syscall of an unknown type': { result: OK, buffered: [{ type: '__proto__' }] },
  'a syscall whose type is a number': { result: OK, buffered: [{ type: 7 }] },
  'a send without a message': { result: OK, buffered: [{ type: 'send', target: 'o-50' }] },
  'a syscall with a number too large for JSON': {
    result: OK,
    buffered: [{ type: 'vatstoreSet', key: 'k', value: 'v', extra: 1n }],
  },
  'a syscall that holds itself': { result: OK, buffered: [{ type: 'vatstoreSet', key: 'k', value: 'v', extra: cyclic }] },
};
/** More than a report must hold is not looked at. */
const PADDED_REPORT = { result: { ...OK, extra: cyclic, problem: 1n }, buffered: [], extra: 1n };
const GARBAGE_HARVESTS: Readonly<Record<string, unknown>> = {
  'no harvest': undefined,
  'a harvest that is text': 'o-50',
  'a harvest of numbers': [1, 2],
  'a harvest of nothing': [null],
  'a harvest in no order': ['o-51', 'o-50'],
  'a harvest with a name twice': ['o-50', 'o-50'],
  'a harvest of half a surrogate pair': ['\ud800'],
};

/** The call answers so, without doing what it should. */
const answers = (
  garbage: Readonly<Record<string, unknown>>,
  { call, consequence }: Pick<Breakage, 'call' | 'consequence'>,
): Breakage[] => Object.entries(garbage).map(([name, answer]) => ({ name, call, outcome: async () => answer, consequence }));

/** The call does what it should, and answers so. */
const doAndAnswer = (answer: unknown) => async (sound: () => Promise<unknown>) => {
  await sound();
  return answer;
};

export const BREAKAGES: readonly Breakage[] = [
  { name: 'a worker that cannot be launched', call: 'launch', outcome: lost, consequence: 'stops' },
  { name: 'a worker lost before its delivery', call: 'deliver', outcome: lost, consequence: 'stops' },
  { name: 'a worker lost at the end of its delivery', call: 'deliver', outcome: lostAfter, consequence: 'stops' },
  { name: 'a worker lost in its harvest', call: 'harvest', outcome: lost, consequence: 'stops' },
  ...answers(GARBAGE_REPORTS, { call: 'deliver', consequence: 'faults' }),
  { name: 'a report with more in it', call: 'deliver', outcome: doAndAnswer(PADDED_REPORT), consequence: 'goes on' },
  ...answers(GARBAGE_HARVESTS, { call: 'harvest', consequence: 'faults' }),
];

/** A launcher whose n-th call of one kind breaks. */
export class BreakingLauncher implements WorkerLauncher {
  readonly kind = scriptedLauncher.kind;
  readonly engine = scriptedLauncher.engine;
  readonly #breakage: Breakage;
  readonly #n: number;
  #calls = 0;

  constructor(breakage: Breakage, n: number) {
    this.#breakage = breakage;
    this.#n = n;
  }

  get broke(): boolean {
    return this.#calls >= this.#n;
  }

  async launch(spec: Parameters<WorkerLauncher['launch']>[0]): Promise<VatWorker> {
    const worker = await this.#call('launch', () => scriptedLauncher.launch(spec));
    return {
      deliver: (delivery: VatDelivery, syscalls: VatSyscallHandler): Promise<DeliveryReport> =>
        this.#call('deliver', () => worker.deliver(delivery, syscalls)),
      harvest: mode => this.#call('harvest', () => worker.harvest(mode)),
      stop: () => this.#call('stop', () => worker.stop()),
    };
  }

  async #call<Result>(call: PortCall, sound: () => Promise<Result>): Promise<Result> {
    if (call !== this.#breakage.call) return sound();
    this.#calls += 1;
    return this.#calls === this.#n ? ((await this.#breakage.outcome(sound)) as Result) : sound();
  }
}
