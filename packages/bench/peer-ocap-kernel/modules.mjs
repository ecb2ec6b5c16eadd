// What the bench takes from ocap-kernel, resolved from this folder and as ES modules: as CommonJS some of it does not
// load. By name, because this folder is no part of the workspace, whose packages declare what they import.
const load = name => import(name);

await load('@endo/init');
export const { makeSQLKernelDatabase } = await load('@metamask/kernel-store/sqlite/nodejs');
export const { Logger } = await load('@metamask/logger');
export const { Kernel, kslot, kunser } = await load('@metamask/ocap-kernel');
export const { NodeWorkerDuplexStream } = await load('@metamask/streams');
