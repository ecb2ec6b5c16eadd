/** Makes workers, each a vat of its own, gives them work, replaces one by a better one and sends them all home. */
import { E, Far } from '@endo/far';

type Worker = { square(n: number): number; describe(): string };
type AdminNode = {
  upgrade(bundle: object, options: object): Promise<{ incarnationNumber: number }>;
  terminateWithFailure(reason: unknown): void;
  done(): Promise<unknown>;
};
type NewVat = { readonly root: Worker; readonly adminNode: AdminNode };
type Service = {
  createVatByName(name: string, options: object): Promise<NewVat>;
  getNamedBundleCap(name: string): Promise<object>;
};
type Vats = { readonly vatAdmin: { createVatAdminService(device: object): Promise<Service> } };

export const buildRootObject = () => {
  let service: Service;
  let foreman: object;
  let workers: NewVat[] = [];
  return Far('factory', {
    bootstrap: async (vats: Vats, devices: { readonly vatAdmin: object }) => {
      service = await E(vats.vatAdmin).createVatAdminService(devices.vatAdmin);
      foreman = await E(service).getNamedBundleCap('foreman');
    },
    hire: async (count: number) => {
      const names = Array.from({ length: count }, (_, i) => `worker-${i + 1}`);
      workers = await Promise.all(names.map(name => E(service).createVatByName('worker', { name, vatParameters: { name } })));
      return names;
    },
    /** Each worker squares one number. */
    work: async () => Promise.all(workers.map(({ root }, i) => E(root).square(i + 1))),
    /** The first worker gets new code; it stays where it is, and who holds it goes on using it. */
    promote: async () => {
      const [first] = workers;
      if (first === undefined) throw new Error('nobody works here');
      const { incarnationNumber } = await E(first.adminNode).upgrade(foreman, { upgradeMessage: 'promoted' });
      return { incarnation: incarnationNumber, says: await E(first.root).describe() };
    },
    /** Ends every worker; what each was ended for. */
    close: async () => {
      const ends = workers.map(({ adminNode }) =>
        E(adminNode)
          .done()
          .catch((reason: unknown) => reason),
      );
      for (const { adminNode } of workers) await E(adminNode).terminateWithFailure('the factory closes');
      workers = [];
      return Promise.all(ends);
    },
  });
};
