/**
 * Archives of vat code, read once for all vats that are made of them: what is shared is text, never anything that was evaluated. A vat
 * that comes back into memory would otherwise spend most of its time here.
 */
import { parseArchive } from '@endo/compartment-mapper/import-archive.js';
import { defaultParserForLanguage } from '@endo/compartment-mapper/import-archive-parsers.js';
import type { VatBundle } from '@cooperage/protocol/worker-port';

type Archive = Awaited<ReturnType<typeof parseArchive>>;
type ParseResult = Exclude<Awaited<ReturnType<Parser['parse']>>, Promise<unknown>>;
type Parser = (typeof defaultParserForLanguage)['pre-mjs-json'];

const NO_BYTES = new Uint8Array();
/** Archives in memory; the one that was used longest ago goes first. */
const KEPT = 16;

const kept = new Map<string, { readonly content: string; readonly archive: Promise<Archive> }>();

/** A parser that reads each module once. Its records are JSON, and nobody can change them. */
const readOnce = (parser: Parser): Parser => {
  const parsed = new Map<string, ReturnType<Parser['parse']>>();
  const parse: Parser['parse'] = (...args) => {
    const [, , location] = args;
    const known = parsed.get(location);
    if (known !== undefined) return known;
    // Its bytes are in the archive already.
    const { parser: language, record } = parser.parse(...args) as ParseResult;
    const made = harden({ parser: language, record, bytes: NO_BYTES });
    parsed.set(location, made);
    return made;
  };
  return { ...parser, parse };
};

const readArchive = (base64: string): Promise<Archive> => {
  const parserForLanguage = { 'pre-mjs-json': readOnce(defaultParserForLanguage['pre-mjs-json']) };
  return parseArchive(new Uint8Array(Buffer.from(base64, 'base64')), 'bundle', { parserForLanguage });
};

/** The archive of a bundle; `readContent` gives its base64 text. */
export const provideArchive = ({ id, content }: VatBundle, readContent: (content: string) => string): Promise<Archive> => {
  const known = kept.get(id);
  kept.delete(id);
  // The id says what the content should be, not what it is.
  const archive = known?.content === content ? known.archive : readArchive(readContent(content));
  kept.set(id, { content, archive });
  const [oldest] = kept.keys();
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  return archive;
};
