/** Writes `docs/schema.md`. Run it after each change of `schema.ts`; a test checks that somebody did. */
import { writeFileSync } from 'node:fs';
import { makeSchemaDoc } from './schema-doc.ts';

writeFileSync(new URL('../../../docs/schema.md', import.meta.url), makeSchemaDoc());
