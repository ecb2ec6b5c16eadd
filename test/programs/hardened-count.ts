/**
 * How many objects were hardened: what SES adds to its set of them. Import it before anything that loads SES, which takes the method
 * that it finds.
 */
const add = WeakSet.prototype.add;
const has = WeakSet.prototype.has;
let count = 0;

WeakSet.prototype.add = {
  add<Value extends WeakKey>(this: WeakSet<Value>, value: Value): WeakSet<Value> {
    // Of all the sets there are, only that of SES has what lockdown hardens.
    if (Reflect.apply(has, this, [Object.prototype])) count += 1;
    return Reflect.apply(add, this, [value]) as WeakSet<Value>;
  },
}.add;

export const countHardened = (): number => count;
