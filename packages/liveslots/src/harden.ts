/**
 * The realm's `harden`. Liveslots runs only where lockdown has happened; this is where it says so, before any library of its own
 * can install a weaker one.
 */
type Harden = <Value>(value: Value) => Value;

const found = (globalThis as unknown as { harden?: Harden }).harden;
if (found === undefined) throw new Error('liveslots needs a realm that is locked down: import @cooperage/worker/lockdown first');

export const harden: Harden = found;
