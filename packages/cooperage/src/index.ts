/** The public face: what a kernel script imports. */
export { openKernel } from '@cooperage/host/open';
export type { PromiseRecord } from '@cooperage/host/answers';
export type { DeviceMemory, DeviceMethods, DevicePowers, DeviceSpec, MakeDevice } from '@cooperage/host/devices/device-source';
export type { KernelController } from '@cooperage/host/controller';
export type { VatHeap } from '@cooperage/host/heaps';
export { KernelRef } from '@cooperage/host/kernel-ref';
export type { ObjectFilter, ObjectRecord, ObjectState } from '@cooperage/host/object-records';
export type { BundleSpec, KernelOptions, UpgradeSpec, VatSettings, VatSpec } from '@cooperage/host/options';
export type { ReapReport } from '@cooperage/host/reap';
export { type KernelStats, statsToPrometheus } from '@cooperage/host/stats';
export {
  type Artifact,
  type ExportOptions,
  importKernel,
  type ImportOptions,
  type Manifest,
  type PruneOptions,
  type PruneReport,
} from '@cooperage/host/state-files';
export type { Target } from '@cooperage/host/target';
export type { UpgradeRehearsal, UpgradeReport } from '@cooperage/host/upgrade';
export type { SourceBundle, VatSource } from '@cooperage/host/vat-source';
export type { WhyAnswer, WhyOptions } from '@cooperage/host/why';
export { CooperageError, type ErrorCode, VatRejection } from '@cooperage/host/errors';
