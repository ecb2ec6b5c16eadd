/**
 * Locks the realm down, once. Import it before any module that uses `@endo` packages. A realm that a test or a tool locked down
 * before is left as it is.
 *
 * Errors hide their stacks from vats ('safe'), and the console knows where to find them ('safe'), so that what a host prints
 * still has them. Uncaught errors and unhandled rejections stay the business of the process's owner.
 */
import './shims.ts';

const isLockedDown = typeof (globalThis as { harden?: unknown }).harden === 'function';

if (!isLockedDown) {
  lockdown({
    errorTaming: 'safe',
    overrideTaming: 'moderate',
    consoleTaming: 'safe',
    errorTrapping: 'none',
    unhandledRejectionTrapping: 'none',
  });
  // Node would print an error that ends the process as `{}`, because it does not find its stack.
  process.on('uncaughtExceptionMonitor', error => {
    if (process.listenerCount('uncaughtException') === 0) console.error(error);
  });
}
