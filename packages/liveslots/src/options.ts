/** What liveslots needs to know of the vat that it serves. */
import type { VatId } from '@cooperage/protocol/refs';
import type { VatSyscallHandler } from '@cooperage/protocol/worker-port';
import type { CollectorTools } from './gc/object-watch.ts';
import type { LiveslotsGlobals } from './vat-data/vat-data.ts';

export type LiveslotsOptions = {
  readonly vat: VatId;
  /** 0 is the first; later ones go on with what the one before them stored. */
  readonly incarnation?: number;
  readonly syscall: VatSyscallHandler;
  /** The realm's own when absent. */
  readonly collector?: CollectorTools;
  /** Has the engine let go of what a WeakRef keeps for the rest of the job. Throws nothing. Absent: it stays until the job ends. */
  readonly releaseKept?: () => void;
  /** Evaluates the vat's source in a realm that has these globals. */
  readonly buildNamespace: (globals: LiveslotsGlobals) => Promise<{ readonly buildRootObject?: unknown }>;
  /** Powers beside `exitVat`, `exitVatWithFailure` and `D`, such as `testLog`. */
  readonly vatPowers?: Readonly<Record<string, unknown>>;
  /** Lets durable data cite what ends with the incarnation: for development only. */
  readonly relaxDurability?: boolean;
  /** Shown every error that leaves the vat. */
  readonly logSentError?: (error: Error) => void;
};
