/** What a test of vats imports. */
export { makeTestKernel, type TestContext, type TestKernel, type TestKernelOptions } from '@cooperage/testing/make-test-kernel';
export { makeManualClock, type ManualClock } from '@cooperage/testing/manual-clock';
export { dumpKernel, type KernelDump } from './dump-kernel.ts';
export {
  type Scene,
  simulate,
  type SimulatedKernel,
  type SimulationContext,
  SimulationFailure,
  type SimulationOptions,
  type SimulationReport,
} from '@cooperage/testing/simulate';
