/**
 * One prototype per interface string, shared by every Presence of that interface and held as long as an import bears it. A
 * Presence that dies and is made again therefore has the prototype it had before, and a prototype that a vat saved tells it
 * nothing.
 */
import { PASS_STYLE } from '@endo/pass-style';
import { harden } from '../harden.ts';

type Shared = { readonly prototype: object; bearers: number };

const isInterface = (text: string): boolean => text === 'Remotable' || /^(?:Alleged|DebugName): /.test(text);

export class PresencePrototypes {
  readonly #shared = new Map<string, Shared>();

  /** The prototype for one more import. Throws if the text may not be an interface. */
  take(iface: string): object {
    const known = this.#shared.get(iface);
    if (known !== undefined) {
      known.bearers += 1;
      return known.prototype;
    }
    if (!isInterface(iface)) throw new TypeError('an interface must be "Remotable" or start with "Alleged: " or "DebugName: "');
    const prototype = harden(
      Object.create(Object.prototype, { [PASS_STYLE]: { value: 'remotable' }, [Symbol.toStringTag]: { value: iface } }) as object,
    );
    this.#shared.set(iface, { prototype, bearers: 1 });
    return prototype;
  }

  get(iface: string): object {
    const known = this.#shared.get(iface);
    if (known === undefined) throw new Error(`no import bears the interface ${JSON.stringify(iface)}`);
    return known.prototype;
  }

  /** One import less. */
  release(iface: string): void {
    const known = this.#shared.get(iface);
    if (known === undefined) return;
    known.bearers -= 1;
    if (known.bearers === 0) this.#shared.delete(iface);
  }

  get size(): number {
    return this.#shared.size;
  }
}
