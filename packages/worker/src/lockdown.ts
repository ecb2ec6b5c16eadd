/**
 * Locks the realm down, once. Import it before any module that uses `@endo` packages. A realm that a test or a tool locked down
 * before is left as it is.
 *
 * Errors hide their stacks from vats ('safe'). The console stays the host's own, so that host output reads as usual; vats get
 * one of their own making. Uncaught errors stay the host's business.
 */
import './shims.ts';

const isLockedDown = typeof (globalThis as { harden?: unknown }).harden === 'function';

if (!isLockedDown) {
  lockdown({
    errorTaming: 'safe',
    overrideTaming: 'moderate',
    consoleTaming: 'unsafe',
    errorTrapping: 'none',
    unhandledRejectionTrapping: 'none',
  });
}
