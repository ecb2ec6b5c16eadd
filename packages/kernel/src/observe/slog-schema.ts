/**
 * The slog as others may rely on it: a JSON Schema with a description of every event, which `npm run schema` writes to
 * `packages/cooperage/slog.schema.json` and `docs/slog.md`. The compiler holds it against `SlogEvent`: each event is here, with its fields.
 */
import { SLOG_VERSION, type SlogEvent, type SlogType } from './slog.ts';

type Schema = { readonly [keyword: string]: unknown };
type FieldsOf<Type extends SlogType> = {
  readonly [Field in Exclude<keyof Extract<SlogEvent, { type: Type }>, 'type'>]: Schema;
};

export type EventSchema<Type extends SlogType = SlogType> = {
  readonly description: string;
  readonly fields: FieldsOf<Type>;
  /** What holds between fields. */
  readonly more?: Schema;
};

const about = (description: string, schema: Schema): Schema => ({ description, ...schema });
const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const text: Schema = { type: 'string' };
const count: Schema = { type: 'integer', minimum: 0 };
const oneOf = (...words: readonly string[]): Schema => ({ enum: words });
const vat = ref('vat');
const crank = about('the number of the crank', count);
const problem = about('why, for people', orNull(text));

/** Every event, in the order in which a crank has them. */
export const SLOG_EVENTS: { readonly [Type in SlogType]: EventSchema<Type> } = {
  slog: {
    description: 'The first line of every opening of a kernel: a slog file may have several.',
    fields: { version: about('of this description', { const: SLOG_VERSION }) },
  },
  'crank-start': {
    description: 'A crank has taken its work. What the host puts in has no start, only a finish.',
    fields: {
      crank,
      work: about(
        'what was taken',
        oneOf('gc', 'moot', 'end-vat', 'cleanup', 'reap', 'start-vat', 'upgrade-vat', 'notify', 'message'),
      ),
      vat: about('whom it is for; null for a message, whose delivery says so', orNull(vat)),
      position: about(
        'of the item in the run queue, which it leaves; null for work of other queues',
        orNull({ type: 'integer' }),
      ),
    },
  },
  deliver: {
    description: 'A vat is handed a delivery.',
    fields: {
      crank,
      vat,
      delivery: about("in the kernel's refs", ref('delivery')),
      vatDelivery: about("in the vat's refs", ref('delivery')),
    },
  },
  syscall: {
    description: 'The vat asked for something during its delivery, and got an answer.',
    fields: {
      crank,
      vat,
      syscall: about("in the kernel's refs; null when it was illegal", orNull(ref('syscall'))),
      vatSyscall: about("in the vat's refs; anything at all when it was illegal", {}),
      result: about("in the vat's refs", ref('result')),
    },
    more: {
      if: { properties: { syscall: { type: 'null' } } },
      else: { properties: { vatSyscall: ref('syscall') } },
    },
  },
  'deliver-result': {
    description: 'The delivery is over. After a fault the crank is abandoned.',
    fields: {
      crank,
      vat,
      fault: orNull({
        type: 'object',
        properties: { fault: oneOf('illegal-syscall', 'delivery-failed', 'exit-with-failure'), problem: text },
        required: ['fault', 'problem'],
        additionalProperties: false,
      }),
    },
  },
  'crank-abandon': {
    description:
      'All that the crank did so far is undone: what it queued is not queued, and what it took is back in its queue. What follows is what the fault means for the vat.',
    fields: { crank, problem: text },
  },
  queue: {
    description: 'An item enters or leaves the run queue, but for the one that a crank takes.',
    fields: {
      crank,
      change: about('parked items keep their place until their vat resumes', oneOf('enqueued', 'removed', 'parked', 'unparked')),
      position: about('its name; lower positions run first', { type: 'integer' }),
      kind: oneOf('message', 'notify', 'start-vat', 'upgrade-vat'),
    },
  },
  clist: {
    description: "A line of a vat's c-list comes or goes.",
    fields: { crank, change: oneOf('import', 'export', 'delete'), vat, kref: ref('kref'), vref: ref('vref') },
  },
  'promise-settled': {
    description: 'A promise is settled, by a vat or by the kernel.',
    fields: { crank, promise: ref('kref'), outcome: oneOf('fulfilled', 'rejected') },
  },
  vat: {
    description: 'Something has become of a vat.',
    fields: {
      crank,
      vat,
      change: oneOf(
        'created',
        'started',
        'suspended',
        'resumed',
        'upgraded',
        'upgrade-failed',
        'critical',
        'terminated',
        'cleaned',
      ),
      problem,
    },
  },
  'crank-finish': {
    description: 'The crank stands.',
    fields: {
      crank,
      crankHash: about('SHA-256 of what it changed', ref('hash')),
      activityHash: about('of all cranks so far', ref('hash')),
    },
  },
  commit: {
    description: 'Everything until here is durable.',
    fields: { crank: about('the number of the next crank', count) },
  },
  rehearsal: {
    description: 'An upgrade was tried and undone. Nothing else of it is told.',
    fields: { vat, outcome: oneOf('would succeed', 'would fail'), problem },
  },
  'replay-start': {
    description: 'A vat is brought into memory. Not part of any crank: it depends on the machine.',
    fields: { vat, incarnation: count },
  },
  'replay-finish': { description: 'The vat is in memory.', fields: { vat, deliveries: count } },
  evict: { description: 'A vat leaves memory.', fields: { vat } },
  heap: {
    description:
      'What a vat alone keeps in memory, when the host asked for it. Not part of any crank: it depends on the machine.',
    fields: { crank, vat, bytes: count, objects: count },
  },
};

const record = (properties: Schema, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter(name => !optional.includes(name)),
  additionalProperties: false,
});
const tagged = (type: string, properties: Schema = {}, optional: readonly string[] = []): Schema =>
  record({ type: { const: type }, ...properties }, optional);
const list = (items: Schema): Schema => ({ type: 'array', items });
const anyRef = ref('ref');
const refs = { refs: list(anyRef) };

const DEFS: Schema = {
  vat: { type: 'string', pattern: '^v[1-9][0-9]*$' },
  kref: about('ko20, kp40, kd30', { type: 'string', pattern: '^k[opd][0-9]+$' }),
  vref: about('o-50, p+7, o+d12/3:1', { type: 'string', pattern: '^[opd][+-]' }),
  ref: { anyOf: [ref('kref'), ref('vref')] },
  hash: { type: 'string', pattern: '^[0-9a-f]{64}$' },
  capdata: about('a smallcaps body, and the refs that it cites by number', record({ body: text, slots: list(anyRef) })),
  message: record({ methargs: ref('capdata'), result: orNull(anyRef) }),
  resolutions: list(record({ promise: anyRef, outcome: oneOf('fulfilled', 'rejected'), data: ref('capdata') })),
  delivery: {
    oneOf: [
      tagged('startVat', { parameters: ref('capdata') }),
      tagged('message', { target: anyRef, message: ref('message') }),
      tagged('notify', { resolutions: ref('resolutions') }),
      ...['dropExports', 'retireExports', 'retireImports'].map(type => tagged(type, refs)),
      tagged('bringOutYourDead', { dead: list(text), condemned: list(ref('vref')) }, ['condemned']),
      tagged('stopVat'),
    ],
  },
  syscall: {
    oneOf: [
      tagged('send', { target: anyRef, message: ref('message') }),
      tagged('subscribe', { promise: anyRef }),
      tagged('resolve', { resolutions: ref('resolutions') }),
      tagged('exit', { outcome: oneOf('success', 'failure'), info: ref('capdata') }),
      ...['dropImports', 'retireImports', 'dropPromises', 'retireExports', 'abandonExports'].map(type => tagged(type, refs)),
      tagged('callNow', { target: anyRef, method: text, args: ref('capdata') }),
      tagged('vatstoreGet', { key: text }),
      tagged('vatstoreSet', { key: text, value: text }),
      tagged('vatstoreDelete', { key: text }),
      tagged('vatstoreNextKey', { after: text }),
      tagged('vatstoreScan', { after: text, before: text, limit: count }),
    ],
  },
  result: {
    oneOf: [
      record({
        outcome: { const: 'ok' },
        value: { anyOf: [text, { type: 'null' }, list(list(text)), ref('capdata')] },
      }),
      record({ outcome: { const: 'error' }, problem: text }),
    ],
  },
};

const toSchema = ([type, { description, fields, more = {} }]: [string, EventSchema]): Schema => ({
  description,
  ...tagged(
    type,
    { ...fields, time: about('milliseconds since 1970, if the host adds it: the kernel reads no clock', { type: 'number' }) },
    ['time'],
  ),
  ...more,
});

/** One line of a slog. */
export const makeSlogSchema = (): Schema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: `Cooperage slog, version ${SLOG_VERSION}`,
  description: 'One line of a slog: what the kernel did. Nothing reads it back, and no decision depends on it.',
  oneOf: Object.entries(SLOG_EVENTS).map(entry => toSchema(entry as [string, EventSchema])),
  $defs: DEFS,
});
