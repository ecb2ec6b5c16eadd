// The thread of one vat: ocap-kernel's own supervisor behind its own streams, as its Node runtime has it, which is not in the
// registry. Plain JavaScript, so that a thread does not pay for a loader. Started by the bench; its data is the vat's id.
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';

// See `modules.mjs`.
const load = name => import(name);

await load('@endo/init');
const { Logger } = await load('@metamask/logger');
const { VatSupervisor } = await load('@metamask/ocap-kernel');
const { NodeWorkerDuplexStream } = await load('@metamask/streams');

const fetchBlob = async path => ({ ok: true, json: async () => JSON.parse(await readFile(path, 'utf8')) });
const kernelStream = await NodeWorkerDuplexStream.make(parentPort);
void new VatSupervisor({ id: workerData, kernelStream, logger: new Logger({ transports: [] }), fetchBlob });
