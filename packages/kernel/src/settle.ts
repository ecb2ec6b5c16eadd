/**
 * How a crank ends. In this order: what fell is freed, the net change is hashed, the counters stand. An
 * audit, if asked for, looks at the tables as the crank leaves them.
 */
import { KernelPanic } from '@cooperage/protocol/fault';
import type { VatId } from '@cooperage/protocol/refs';
import { auditTables } from './audit/audit.ts';
import type { Crank } from './crank-state.ts';
import { freeWhatFell } from './gc/free.ts';
import type { Machine } from './machine.ts';
import type { WorkKind } from './scheduler/next-work.ts';
import { sha256 } from './sha256.ts';

/** Opens a crank. */
export const beginCrank = (machine: Machine): Crank => {
  machine.store.beginCrank();
  return {
    number: machine.crankNumber,
    tables: machine.store.tables,
    freeable: new Set(),
    dead: machine.dead,
    devices: machine.devices,
    outputs: [],
    launcher: machine.launcher,
    maybe: machine.maybe,
    log: machine.log,
    count: (name, by) => machine.statistics.count(name, by),
  };
};

/** Undoes everything since `beginCrank`. */
export const abandonCrank = (machine: Machine): void => {
  machine.store.abandonCrank();
  machine.statistics.forgetCrank();
};

/** What a crank was about, for those who look back. */
export type CrankSubject = { readonly kind: WorkKind | 'input'; readonly vat: VatId | null };

const INPUT: CrankSubject = { kind: 'input', vat: null };

/**
 * Ends a crank that stands. The crank hash is the SHA-256 of the net change of the tables, one line a row; the activity hash chains
 * it to all before it. Returns the crank hash, in hex.
 */
export const settleCrank = (machine: Machine, crank: Crank, subject: CrankSubject = INPUT): string => {
  freeWhatFell(crank);
  const delta = machine.store.commitCrank();
  const crankHash = sha256(delta.lines.join('\n'));
  machine.activityHash = sha256(`${machine.activityHash}\n${crankHash}`);
  const { activityHash } = machine;
  machine.history?.record({ ...subject, crank: crank.number, crankHash, activityHash }, delta);
  machine.crankNumber += 1;
  machine.outputs.push(...crank.outputs);
  machine.statistics.count('rowsWritten', delta.rowsWritten);
  machine.statistics.keepCrank();
  machine.log({ type: 'crank-finish', crank: crank.number, crankHash, activityHash: machine.activityHash });
  if (machine.auditEveryCrank) insistSound(machine, crank);
  return crankHash;
};

const insistSound = (machine: Machine, crank: Crank): void => {
  const findings = auditTables(machine.store.tables);
  if (findings.length === 0) return;
  const list = findings.map(({ invariant, subject, problem }) => `  ${invariant} ${subject}: ${problem}`).join('\n');
  throw new KernelPanic(`audit after crank ${crank.number} found:\n${list}`);
};
