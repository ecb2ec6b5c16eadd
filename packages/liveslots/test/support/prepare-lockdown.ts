/** First import of every test: a locked-down realm with stacks that point into TypeScript. */
import './shims.ts';

lockdown({
  errorTaming: 'unsafe-debug',
  overrideTaming: 'moderate',
  consoleTaming: 'unsafe',
  stackFiltering: 'verbose',
  errorTrapping: 'none',
  unhandledRejectionTrapping: 'none',
});
