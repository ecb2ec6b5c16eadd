/**
 * Which named objects are still in memory. The only file of the project that holds a WeakRef or a FinalizationRegistry.
 *
 * Finalizers do nothing but put a name on a set, and only `harvest` reads that set, so the collector's timing stays out of
 * everything a vat can see. A name watched anew (its object died and was introduced again) is a new watch: what the old object's
 * finalizer says no longer counts.
 */
export type CollectorTools = {
  readonly WeakRef: typeof WeakRef;
  readonly FinalizationRegistry: typeof FinalizationRegistry;
};

/** The realm's own. */
export const REALM_COLLECTOR: CollectorTools = { WeakRef, FinalizationRegistry };

type Watch = { readonly name: string; readonly ref: WeakRef<object> };

export class ObjectWatch {
  readonly #tools: CollectorTools;
  readonly #watches = new Map<string, Watch>();
  readonly #finalized = new Set<string>();
  readonly #registry: FinalizationRegistry<Watch>;

  constructor(tools: CollectorTools) {
    this.#tools = tools;
    this.#registry = new tools.FinalizationRegistry(watch => {
      if (this.#watches.get(watch.name) === watch) this.#finalized.add(watch.name);
    });
  }

  /** Watches `target` under `name`; an earlier watch of that name ends. */
  watch(name: string, target: object): void {
    this.forget(name);
    const watch = { name, ref: new this.#tools.WeakRef(target) };
    this.#watches.set(name, watch);
    this.#registry.register(target, watch, watch);
  }

  /** The object, if it is still in memory. Whether it is must not show in anything but object identity that nobody kept. */
  find(name: string): object | undefined {
    return this.#watches.get(name)?.ref.deref();
  }

  /** Ends the watch; a finalizer that is already on its way is ignored. */
  forget(name: string): void {
    const watch = this.#watches.get(name);
    if (watch === undefined) return;
    this.#registry.unregister(watch);
    this.#watches.delete(name);
    this.#finalized.delete(name);
  }

  /** Names whose object is gone, in code unit order. Changes nothing. */
  harvest(): readonly string[] {
    return [...this.#finalized].filter(name => this.#watches.get(name)?.ref.deref() === undefined).sort();
  }

  get size(): number {
    return this.#watches.size;
  }
}
