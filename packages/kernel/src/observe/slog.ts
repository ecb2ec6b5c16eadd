/** The slog: what the kernel did, as plain records, for people and tools. Nothing reads it back; no decision depends on it. */
import type { Delivery } from '@cooperage/protocol/delivery';
import type { VatFault } from '@cooperage/protocol/fault';
import type { KRef, VatId, VRef } from '@cooperage/protocol/refs';
import type { Syscall } from '@cooperage/protocol/syscall';
import type { VatDelivery, VatSyscall, VatSyscallResult } from '@cooperage/protocol/worker-port';

/** Grows when an event changes or goes, not when one is added. */
export const SLOG_VERSION = 1;

export type SlogEvent =
  | { readonly type: 'slog'; readonly version: typeof SLOG_VERSION }
  | {
      readonly type: 'crank-start';
      readonly crank: number;
      readonly work: string;
      readonly vat: VatId | null;
      readonly position: number | null;
    }
  | {
      readonly type: 'deliver';
      readonly crank: number;
      readonly vat: VatId;
      readonly delivery: Delivery<KRef>;
      readonly vatDelivery: VatDelivery;
    }
  | {
      readonly type: 'syscall';
      readonly crank: number;
      readonly vat: VatId;
      readonly syscall: Syscall<KRef> | null;
      readonly vatSyscall: VatSyscall;
      readonly result: VatSyscallResult;
    }
  | { readonly type: 'deliver-result'; readonly crank: number; readonly vat: VatId; readonly fault: VatFault | null }
  | { readonly type: 'crank-abandon'; readonly crank: number; readonly problem: string }
  | {
      readonly type: 'queue';
      readonly crank: number;
      readonly change: 'enqueued' | 'removed' | 'parked' | 'unparked';
      readonly position: number;
      readonly kind: 'message' | 'notify' | 'start-vat' | 'upgrade-vat';
    }
  | {
      readonly type: 'clist';
      readonly crank: number;
      readonly change: 'import' | 'export' | 'delete';
      readonly vat: VatId;
      readonly kref: KRef;
      readonly vref: VRef;
    }
  | {
      readonly type: 'vat';
      readonly crank: number;
      readonly vat: VatId;
      readonly change:
        'created' | 'started' | 'suspended' | 'resumed' | 'upgraded' | 'upgrade-failed' | 'critical' | 'terminated' | 'cleaned';
      readonly problem: string | null;
    }
  | {
      readonly type: 'rehearsal';
      readonly vat: VatId;
      readonly outcome: 'would succeed' | 'would fail';
      readonly problem: string | null;
    }
  | { readonly type: 'replay-start'; readonly vat: VatId; readonly incarnation: number }
  | { readonly type: 'replay-finish'; readonly vat: VatId; readonly deliveries: number }
  | { readonly type: 'evict'; readonly vat: VatId }
  /** What a vat alone keeps in memory, when the host asked for it. */
  | { readonly type: 'heap'; readonly crank: number; readonly vat: VatId; readonly bytes: number; readonly objects: number }
  | {
      readonly type: 'promise-settled';
      readonly crank: number;
      readonly promise: KRef;
      readonly outcome: 'fulfilled' | 'rejected';
    }
  | { readonly type: 'crank-finish'; readonly crank: number; readonly crankHash: string; readonly activityHash: string }
  | { readonly type: 'commit'; readonly crank: number };

export type SlogType = SlogEvent['type'];
