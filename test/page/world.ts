/**
 * A database that a real kernel left, with something in every view: heaps that hold each other's things, a promise that nobody keeps,
 * messages that wait, and texts that a hostile vat would write.
 */
import type { VatId } from '@cooperage/protocol/refs';
import { openStore } from '@cooperage/store/open';
import { type KernelController, openKernel, type KernelRef } from 'cooperage';

const source = new URL('./vat-talker.js', import.meta.url);

/** Markup, control characters, a turn of direction, a lone surrogate. */
export const HOSTILE =
  '<img src=x onerror="document.title=1"><script>document.title=1</script>\u0007\u001b[31m\u202eevil\u200b\ud800';
export const HOSTILE_NAME = '<b onmouseover=alert(1)>bold</b>\u202e\u0000\nv9';
export const MEGABYTE = 'm'.repeat(1_000_000);

export const OPTIONS = { vats: { alice: { source }, bob: { source }, carol: { source } } } as const;

/** Talks, and leaves a ring between the heaps of alice and bob. */
export const talk = async (kernel: KernelController): Promise<void> => {
  const bob = kernel.root('bob');
  for (const text of ['hello', HOSTILE, MEGABYTE]) await kernel.call('alice', 'tell', [bob, text]);
  await kernel.call('alice', 'ring', [bob]);
  const thing = (await kernel.call('bob', 'make', [`Alleged: ${HOSTILE.replace(/[^ -~]/g, '')}`])) as KernelRef;
  await kernel.call('carol', 'hold', [thing]);
  await thing.release();
  await kernel.call('alice', 'fail', [HOSTILE]).catch(() => {});
};

/** A name that the config would refuse: a database may come from anywhere. */
export const rename = (database: string, vat: VatId, name: string): void => {
  const { store } = openStore({ path: database });
  store.beginBlock();
  store.beginCrank();
  store.tables.vats.put({ ...store.tables.vats.get(vat), name });
  store.commitCrank();
  store.commitBlock();
  store.close();
};

/** Writes the database, and closes it with a message in the queue and one that waits for a promise. */
export const writeWorld = async (database: string): Promise<void> => {
  const kernel = await openKernel({ ...OPTIONS, database, console: 'silent' });
  await talk(kernel);
  await kernel.call('alice', 'pipeline', [kernel.root('bob')]);
  await kernel.send('bob', 'hear', [HOSTILE]);
  await kernel.close();
  rename(database, 'v3' as VatId, HOSTILE_NAME);
};
