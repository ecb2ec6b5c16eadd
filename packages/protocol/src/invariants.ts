/**
 * The numbered invariants. `docs/invariants.md` explains each; the kernel's audit recomputes those about tables, `insistInvariant`
 * guards those about acts, and each has a test that breaks it.
 */
export const INVARIANTS = {
  I1: 'a c-list pairs each kref with one vref and each vref with one kref',
  I2: "an object's export entry stands in its owner's c-list and in no other; an orphan has none",
  I3: 'reachable and recognizable equal their recount, and 0 <= reachable <= recognizable',
  I4: "a promise's reference count equals its recount, and no promise with count 0 outlives its crank",
  I5: 'an export that nobody reaches and whose vat was not told has a dropExport queued; one that nobody recognizes has a retireExport queued',
  I6: 'a vat uses only imports that its c-list marks reachable',
  I7: 'no delivery but a GC delivery names an export that its vat was told to drop',
  I8: 'a vat is told to drop an export before it is told to retire it',
  I9: 'GC actions, reaps and upgrades name only running or suspended vats',
  I10: 'an unresolved promise is decided by a vat that has it in its c-list, or is the result of one queued message, or belongs to the host',
  I11: 'a settled promise has no decider, no subscribers and no queue',
  I12: 'only its decider resolves a promise, once, and never to a bare promise',
  I13: 'a vat that resolved a promise or was notified of it has it in its c-list no longer',
  I14: 'every kref in a c-list, a queue, a pin or data names a row that exists',
  I15: 'a vat makes syscalls only during its own delivery, and one vat runs at a time',
  I16: 'an abandoned crank leaves no row behind',
  I17: 'a queued item holds its refs exactly as long as its row exists',
  I18: 'the transcript of a running vat has no gap, and each of its incarnations starts with startVat',
  I19: 'replay of a transcript makes every recorded syscall, in order, and ends every delivery as recorded',
  I20: 'ids are never used twice',
  I21: 'nothing reaches the outside before the block that caused it is durable',
  I22: 'a terminated vat gets no delivery, and after cleanup no row names it but its own',
  I23: 'nothing a vat does makes the kernel panic',
  I24: 'an object that was retired is never named again',
  I25: 'exactly those vats whose last BOYD was left unfinished are queued to go on with it',
  I26: 'every device node belongs to a device of the kernel, and every device of the kernel has its code in the host',
  I27: 'a vat that was made by a vat has somebody to tell what becomes of it, for as long as it lives',
  I28: 'what a collection of cycles found dead is never named again',
  I29: 'the transcript of a vat is the one that was written: the chain of its hashes ends as its row says',
} as const;

export type InvariantId = keyof typeof INVARIANTS;
