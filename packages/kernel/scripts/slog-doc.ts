/** The texts of `docs/slog.md` and of the JSON Schema that is shipped, from `slog-schema.ts`. */
import { makeSlogSchema, SLOG_EVENTS } from '../src/observe/slog-schema.ts';
import { SLOG_VERSION } from '../src/observe/slog.ts';

const INTRODUCTION = `# The slog

What a kernel did, as records: one per crank that starts, delivery, syscall, line of a c-list, item of the run queue, and so on. Nothing reads
it back, and no decision depends on it: a kernel with a slog does what one without it does.

\`\`\`ts
await openKernel({ slog: new URL('./kernel.slog', import.meta.url), ... });                     // lines of JSON, appended
await openKernel({ slog: event => console.log(event.type), ... });                              // or to a function
await openKernel({ slog: event => lines.push({ ...event, time: Date.now() }), ... });           // the kernel reads no clock: the host may
await makeTestKernel(t, { slog: 'on failure', ... });                                           // in tests: kept, and written when the test fails
\`\`\`

A line is one event: a \`type\` and the fields below, and \`time\` (milliseconds since 1970) if the host adds it. This is version ${SLOG_VERSION}; the
number grows when an event changes or goes, not when one is added, so readers pass over what they do not know.
\`cooperage/slog.schema.json\` is the same as JSON Schema, with what deliveries, syscalls and their data look like. Both are generated from
\`packages/kernel/src/observe/slog-schema.ts\` by \`npm run schema\`, and in the tests every event of real kernels is held against them.

An event is told when it happens. A crank that is abandoned was told too: \`crank-abandon\` says that all of it is undone. What the machine
decides and replay repeats, \`replay-start\`, \`replay-finish\` and \`evict\`, differs between runs that do the same; all else is equal, line by
line, whenever the same was done.

\`cooperage trace\` turns a slog into a timeline for Perfetto ([cli](cli.md#trace)).
`;

type Schema = Readonly<Record<string, unknown>>;

/** A type in a few words. */
const describe = ({ $ref, type, anyOf, const: constant, enum: words, minimum }: Schema): string => {
  if (typeof $ref === 'string') return $ref.replace('#/$defs/', '');
  if (Array.isArray(anyOf)) return anyOf.map(each => describe(each as Schema)).join(' or ');
  if (constant !== undefined) return `\`${String(constant)}\``;
  if (Array.isArray(words)) return words.map(word => `\`${String(word)}\``).join(', ');
  if (type === 'object') return 'record';
  return type === undefined ? 'anything' : `${String(type)}${minimum === 0 ? ', 0 or more' : ''}`;
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

const describeEvent = ([type, { description, fields }]: [
  string,
  { description: string; fields: Readonly<Record<string, Schema>> },
]): string => {
  const rows = Object.entries(fields).map(
    ([name, schema]) => `| \`${name}\` | ${cell(describe(schema))} | ${cell(String(schema['description'] ?? ''))} |`,
  );
  return [`## ${type}`, description, ['| field | is | note |', '|---|---|---|', ...rows].join('\n')].join('\n\n');
};

export const makeSlogDoc = (): string =>
  `${[INTRODUCTION.trimEnd(), ...Object.entries(SLOG_EVENTS).map(describeEvent)].join('\n\n')}\n`;

export const makeSlogSchemaText = (): string => `${JSON.stringify(makeSlogSchema(), null, 2)}\n`;
