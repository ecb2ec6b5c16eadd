/** What an audit found: the invariant that does not hold, the thing it does not hold for, and how. */
import type { InvariantId } from '@cooperage/protocol/invariants';

export type Finding = { readonly invariant: InvariantId; readonly subject: string; readonly problem: string };

export type Report = (invariant: InvariantId, subject: string, problem: string) => void;
