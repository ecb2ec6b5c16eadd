/**
 * The contexts in which methods of virtual and durable objects run: one for each object and delivery, as long as not too many others are
 * in use. They live by what the vat does and not by what the collector does: a vat could file them in a weak collection, by identity.
 */
import type { VRef } from '@cooperage/protocol/refs';
import { AgedMap } from '../aged-map.ts';
import type { DeliveryEnd } from '../delivery-end.ts';

const REMEMBERED_CONTEXTS = 1_000;

export class Contexts {
  readonly #contexts = new AgedMap<VRef, object>();

  constructor(deliveryEnd: DeliveryEnd) {
    deliveryEnd.register(() => this.#contexts.clear());
  }

  find(baseRef: VRef): object | undefined {
    return this.#contexts.get(baseRef);
  }

  remember(baseRef: VRef, context: object): void {
    if (this.#contexts.size >= REMEMBERED_CONTEXTS) {
      const oldest = this.#contexts.findOldest();
      if (oldest !== undefined) this.#contexts.delete(oldest[0]);
    }
    this.#contexts.set(baseRef, context);
  }
}
