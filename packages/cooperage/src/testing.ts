/** What a test of vats imports. */
export { makeTestKernel, type TestContext, type TestKernel, type TestKernelOptions } from '@cooperage/testing/make-test-kernel';
export {
  type Scene,
  simulate,
  type SimulatedKernel,
  type SimulationContext,
  SimulationFailure,
  type SimulationOptions,
  type SimulationReport,
} from '@cooperage/testing/simulate';
