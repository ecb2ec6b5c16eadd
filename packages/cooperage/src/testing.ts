/** What a test of vats imports. */
export { makeTestKernel, type TestContext, type TestKernel, type TestKernelOptions } from '@cooperage/testing/make-test-kernel';
