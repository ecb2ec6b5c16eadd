/**
 * What the simulated host has in its hand: the objects and promises that it asked the kernel to keep. A host that dies has what it had
 * at the last commit, as the database does.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { KRef } from '@cooperage/protocol/refs';
import type { SlogEvent } from '@cooperage/kernel/observe/slog';

/** The first mention of an object in a body says what it is called. */
const MENTION = /"\$(\d+)\.Alleged: ([^"]+)"/g;

export class HostHand {
  readonly #names = new Map<KRef, string>();
  #held = new Set<KRef>();
  #committed: ReadonlySet<KRef> = new Set();

  /** Learns the names of objects from what passes between the vats. */
  listen(event: SlogEvent): void {
    if (event.type !== 'syscall' || event.syscall === null) return;
    if (event.syscall.type === 'send') this.#learn(event.syscall.message.methargs);
    else if (event.syscall.type === 'resolve') for (const { data } of event.syscall.resolutions) this.#learn(data);
  }

  #learn({ body, slots }: CapData<KRef>): void {
    if (slots.length === 0) return;
    for (const [, slot, name] of body.matchAll(MENTION)) {
      const kref = slots[Number(slot)];
      // A name that was given in a block that is lost is given again; the later one counts.
      if (kref !== undefined && name !== undefined) this.#names.set(kref, name);
    }
  }

  findName(kref: KRef): string | undefined {
    return this.#names.get(kref);
  }

  add(kref: KRef): void {
    this.#held.add(kref);
  }

  delete(kref: KRef): void {
    this.#held.delete(kref);
  }

  has(kref: KRef): boolean {
    return this.#held.has(kref);
  }

  /** In the order in which they came. */
  list(): readonly KRef[] {
    return [...this.#held];
  }

  commit(): void {
    this.#committed = new Set(this.#held);
  }

  rollBack(): void {
    this.#held = new Set(this.#committed);
  }
}
