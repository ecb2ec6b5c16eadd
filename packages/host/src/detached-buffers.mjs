/**
 * Gives Node 20 the `ArrayBuffer.prototype.detached` that newer engines have. Imported before `ses`, whose shim would add one that says
 * false of every buffer: the stripper of types believes it, and goes on with the memory that it had before it grew. The bundler's
 * thread is the caller.
 */
const { prototype } = ArrayBuffer;

if (!('detached' in prototype)) {
  const { get: getByteLength } = Object.getOwnPropertyDescriptor(prototype, 'byteLength');
  Object.defineProperty(prototype, 'detached', {
    configurable: true,
    enumerable: false,
    get() {
      if (Reflect.apply(getByteLength, this, []) > 0) return false;
      try {
        new DataView(this);
        return false;
      } catch {
        return true;
      }
    },
  });
}
