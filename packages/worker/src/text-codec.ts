/**
 * `TextEncoder` and `TextDecoder` for vats: UTF-8 only, which is the same in every engine, and classes of our own, because the
 * host's are mutable and would be a channel between vats.
 */
const HostEncoder = globalThis.TextEncoder;
const HostDecoder = globalThis.TextDecoder;
const UTF8_LABELS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'unicode-1-1-utf-8', 'unicode11utf8', 'unicode20utf8']);

type DecoderOptions = { readonly fatal?: unknown; readonly ignoreBOM?: unknown };

class VatTextEncoder {
  readonly #host = new HostEncoder();

  get encoding(): string {
    return 'utf-8';
  }

  encode(text: unknown = ''): Uint8Array {
    return this.#host.encode(`${text as string}`);
  }

  encodeInto(text: unknown, bytes: Uint8Array): { read: number; written: number } {
    const { read = 0, written = 0 } = this.#host.encodeInto(`${text as string}`, bytes);
    return { read, written };
  }
}

class VatTextDecoder {
  readonly #host: InstanceType<typeof HostDecoder>;

  constructor(label: unknown = 'utf-8', { fatal, ignoreBOM }: DecoderOptions = {}) {
    const name = `${label as string}`;
    if (!UTF8_LABELS.has(name.trim().toLowerCase())) throw new RangeError(`The "${name}" encoding is not supported`);
    this.#host = new HostDecoder('utf-8', { fatal: Boolean(fatal), ignoreBOM: Boolean(ignoreBOM) });
  }

  get encoding(): string {
    return 'utf-8';
  }

  get fatal(): boolean {
    return this.#host.fatal;
  }

  get ignoreBOM(): boolean {
    return this.#host.ignoreBOM;
  }

  decode(bytes?: ArrayBuffer | Uint8Array, { stream }: { readonly stream?: unknown } = {}): string {
    return this.#host.decode(bytes, { stream: Boolean(stream) });
  }
}

for (const [constructor, name] of [
  [VatTextEncoder, 'TextEncoder'],
  [VatTextDecoder, 'TextDecoder'],
] as const) {
  Object.defineProperty(constructor, 'name', { value: name });
  Object.defineProperty(constructor.prototype, Symbol.toStringTag, { value: name });
  harden(constructor);
}

export { VatTextDecoder, VatTextEncoder };
