/** Writes `docs/slog.md` and the schema that is shipped. Run it after each change of an event; a test checks that somebody did. */
import { writeFileSync } from 'node:fs';
import { makeSlogDoc, makeSlogSchemaText } from './slog-doc.ts';

writeFileSync(new URL('../../../docs/slog.md', import.meta.url), makeSlogDoc());
writeFileSync(new URL('../../cooperage/slog.schema.json', import.meta.url), makeSlogSchemaText());
