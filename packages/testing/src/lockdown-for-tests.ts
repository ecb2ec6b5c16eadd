/**
 * Locks the realm down for tests: errors keep their stacks, with the lines of the TypeScript sources. Nothing but that differs from
 * the product. A realm that is locked down already is left as it is. Must be imported before anything of `@endo`.
 */
import '@cooperage/worker/shims';

const isLockedDown = typeof (globalThis as { harden?: unknown }).harden === 'function';

if (!isLockedDown) {
  lockdown({
    errorTaming: 'unsafe-debug',
    overrideTaming: 'moderate',
    consoleTaming: 'unsafe',
    stackFiltering: 'verbose',
    errorTrapping: 'none',
    unhandledRejectionTrapping: 'none',
  });
}
