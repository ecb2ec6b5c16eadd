/**
 * Every limit of the runtime, in one table. Liveslots enforces them first (a clear error for the author), the kernel enforces them
 * again (a fault for the vat), so that nothing a vat sends can cost another vat or the kernel more than this.
 */
export const LIMITS = {
  /** Characters in the bodies of one syscall's capdata. */
  capdataBodyLength: 10_000_000,
  /** Slots in one syscall's capdata. */
  capdataSlots: 10_000,
  /** Nesting of arrays and records in one body. Far below where any engine's stack would end. */
  capdataDepth: 500,
  /** Characters of one vatstore key. */
  vatstoreKeyLength: 10_000,
  /** Characters of one vatstore value. */
  vatstoreValueLength: 10_000_000,
  /** Entries that one scan of the vatstore may ask for. */
  vatstoreScanEntries: 1_000,
  /** A scan ends early with the entry with which keys and values have more characters than this. */
  vatstoreScanLength: 1_000_000,
  /** Refs named by one drop, retire or abandon syscall. */
  gcRefs: 1_000_000,
  /** Refs that one GC delivery names. */
  gcRefsPerDelivery: 10_000,
  /** Resolutions in one resolve syscall, or in one notify delivery. */
  resolutions: 10_000,
  /** Syscalls in one delivery. */
  syscallsPerDelivery: 1_000_000,
  /** Characters of a problem text that a vat may hand to the kernel. */
  problemLength: 2_000,
  /** C-list rows, vatstore rows and transcript rows that one cleanup crank removes from a terminated vat, unless the host says how many. */
  cleanupRowsPerCrank: 100,
  /** Cranks that a reap which is due by dirt may wait for others, so that one collection serves them all. */
  cranksUntilReap: 100,
  /** Characters of a vat's name. */
  vatNameLength: 199,
} as const;
