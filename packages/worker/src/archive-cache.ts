/**
 * Archives of vat code, read once for all vats that are made of them: what is shared is text, never anything that was evaluated. A vat
 * that comes back into memory would otherwise spend most of its time here.
 */
import { parseArchive } from '@endo/compartment-mapper/import-archive.js';
// Its parsers by name cannot be had without Babel, which takes longer to load than all of this package: types only.
import type { defaultParserForLanguage } from '@endo/compartment-mapper/import-archive-parsers.js';
import type { VatBundle } from '@cooperage/protocol/worker-port';
import { LastUsedValues } from './last-used-values.ts';

type Archive = Awaited<ReturnType<typeof parseArchive>>;
type Parser = (typeof defaultParserForLanguage)['pre-mjs-json'];
type ParseResult = Awaited<ReturnType<Parser['parse']>>;

const NO_BYTES = new Uint8Array();
/** How many archives stay in memory. */
const KEPT = 16;

const kept = new LastUsedValues<string, { readonly content: string; readonly archive: Promise<Archive> }>(KEPT);

/** A module that was compiled when its archive was made. */
const parseModule = (bytes: Uint8Array, location: string): ParseResult['record'] => {
  const text = new TextDecoder().decode(bytes);
  try {
    const record = JSON.parse(text) as { __syncModuleProgram__: string };
    return { ...record, __syncModuleProgram__: `${record.__syncModuleProgram__}//# sourceURL=${location}\n` } as never;
  } catch (cause) {
    throw new SyntaxError(`module ${location} of the bundle is not JSON: ${String(cause)}`, { cause });
  }
};

/** A parser that reads each module once. Its records are JSON, and nobody can change them. */
const makeParser = (): Parser => {
  const parsed = new Map<string, ParseResult>();
  const parse: Parser['parse'] = (bytes, _specifier, location) => {
    const known = parsed.get(location);
    if (known !== undefined) return known;
    // Its bytes are in the archive already.
    const made = harden({ parser: 'pre-mjs-json', record: parseModule(bytes, location), bytes: NO_BYTES } as ParseResult);
    parsed.set(location, made);
    return made;
  };
  return { parse, heuristicImports: false, synchronous: true };
};

const readArchive = (base64: string): Promise<Archive> => {
  const parserForLanguage = { 'pre-mjs-json': makeParser() };
  return parseArchive(new Uint8Array(Buffer.from(base64, 'base64')), 'bundle', { parserForLanguage });
};

/** The archive of a bundle; `readContent` gives its base64 text. */
export const provideArchive = ({ id, content }: VatBundle, readContent: (content: string) => string): Promise<Archive> => {
  const make = () => ({ content, archive: readArchive(readContent(content)) });
  // The id says what the content should be, not what it is.
  return kept.provide(id, make, known => known.content === content).archive;
};
