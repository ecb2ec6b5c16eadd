/** An answer in sentences, a line for each holder along a path. Nothing is escaped but the texts that are quoted. */
import type { HeapStep } from '@cooperage/protocol/heap-look';
import type { Doubt, Holder } from './edges.ts';

/** One edge of a path, told. */
export type PathStep = {
  /** Null: the holder is a root. `kp40!` is whatever can settle kp40; `heap v2` what the tables do not show. */
  readonly from: string | null;
  /** What holds, in words. */
  readonly what: string;
  readonly how: Holder;
  readonly to: string;
  readonly doubt: Doubt;
  /** The way through the memory of a vat, where that was looked into. */
  readonly memory: readonly HeapStep[] | null;
};

export type Told = {
  /** The thing itself, in words. */
  readonly what: string;
  readonly path: readonly PathStep[] | null;
  readonly doubt: Doubt | null;
  readonly ring: readonly PathStep[] | null;
  readonly detour: readonly PathStep[] | null;
  readonly isComplete: boolean;
  /** Whether memories were looked into. */
  readonly isLook: boolean;
};

const TEXT_LENGTH = 100;
const cut = (text: string): string => (text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH)}...` : text);
const quote = (text: string): string => JSON.stringify(cut(text));

const PINS: Readonly<Record<string, string>> = {
  root: 'the root of a vat lives as long as the vat',
  host: 'the host holds it, until it releases it or closes',
  result: 'it is the answer to a message of the host, until the host releases it',
};

/** A root and its place, as one reads them. `whose` says which vat, message or device. */
const tellRoot = ({ kind, holder, detail }: Holder, whose: string): string => {
  switch (kind) {
    case 'pin':
      return `pin "${holder}": ${PINS[holder] ?? 'a hold from outside the vats'}`;
    case 'message target':
    case 'message result':
    case 'message argument':
      return `queued message ${holder}: ${kind.slice('message '.length)}${detail === '' ? '' : `, ${detail}`}`;
    case 'queued notify':
      return `queued notify for ${whose}`;
    case 'baggage':
      return `the baggage of ${whose}`;
    case 'watcher':
      return detail === '' ? `who is told what becomes of ${whose}` : `the watcher that ${whose} keeps for ${detail}`;
    case 'state shape':
      return `the state shape of kind ${detail} of ${whose}`;
    case 'watch':
      return `a stored watch of ${whose}, of promise ${detail}`;
    case 'cleanup':
      return `${whose}, which has ended and is being cleaned up: ${detail}`;
    case 'device state':
      return `what device ${quote(holder)} remembers under ${quote(detail)}`;
    case 'device':
      return `device ${quote(holder)}: its nodes live as long as it does`;
    default:
      return `${kind} of ${whose}${detail === '' ? '' : `: ${detail}`}`;
  }
};

const tellPlace = ({ kind, holder, detail, ref }: Holder): string => {
  switch (kind) {
    case 'property':
      return `property ${quote(detail)}, as ${ref}`;
    case 'entry':
      return `entry ${cut(detail)}, as ${ref}`;
    case 'key':
      return `as key, ${ref}`;
    case 'weak entry':
      return `entry of the key ${detail}, as ${ref}`;
    case 'key shape':
    case 'value shape':
      return `its ${kind}, as ${ref}`;
    case 'promise data':
      return `what it was settled to, ${detail}`;
    case 'heap':
      return `as ${detail}`;
    default:
      return kind.startsWith('message ')
        ? `message ${holder} waits for that: ${kind.slice('message '.length)}${detail === '' ? '' : `, ${detail}`}`
        : kind;
  }
};

/** `property "held" (Map), entry, as o-5`. */
const tellMemory = (steps: readonly HeapStep[], { detail }: Holder): string => {
  const words = steps.map(({ edge, to }, i) => (i === steps.length - 1 ? edge : `${edge} (${to})`));
  return `in memory, ${[...words, `as ${detail}`].join(', ')}`;
};

const tellStep = ({ from, what, how, doubt, memory }: PathStep): string => {
  if (memory !== null) return `${what}: ${tellMemory(memory, how)}`;
  if (from === null) return tellRoot(how, what);
  return `${what}${doubt === 'perhaps' ? ' may hold it' : ''}: ${tellPlace(how)}`;
};

/** Into a heap by what its vat exports or waits for, and out of it by what the heap may hold: one line. */
const tellThroughHeap = (into: PathStep, out: PathStep): string => {
  const entrance = into.how.kind === 'awaits' ? `news of ${into.how.detail}` : into.how.detail;
  return `${into.what}: ${out.what} may lead on (${entrance} -> ... -> ${out.how.detail})`;
};

/** The lines of one path; the last is the thing itself. A node that is a root itself, as the baggage is, takes one line. */
const tellPath = (path: readonly PathStep[], what: string): string[] => {
  const lines = path.flatMap((step, i) => {
    const next = path[i + 1];
    if (step.how.kind === 'baggage' && next !== undefined) return [];
    if (next?.from === step.to && isIntoHeap(step)) return [tellThroughHeap(step, next)];
    const before = path[i - 1];
    return before !== undefined && isIntoHeap(before) ? [] : [tellStep(step)];
  });
  return [...lines, what].map((line, i) => (i === 0 ? `  ${line}` : `  -> ${line}`));
};

const isIntoHeap = ({ how }: PathStep): boolean => how.kind === 'export' || how.kind === 'awaits';

const COLLECT = 'collect({ cycles: true }) will tell';

const conclude = ({ doubt, path, ring, isComplete, isLook }: Told): string => {
  const heap = path?.[0]?.what ?? 'a heap';
  const unseen = isLook
    ? 'it is not in memory, or cannot be looked into; a message to that vat, or kernel.heapOf, brings it in'
    : 'what in a heap leads where, no table says; kernel.why(ref, { heap: true }) looks into it';
  const mayRing = ring === null && isComplete ? '' : ` It may be a ring that nothing else keeps: ${COLLECT}.`;
  const gaveUp = isComplete ? '' : ' The search gave up before it had seen everything.';
  switch (doubt) {
    case 'none':
      return 'It is kept.';
    case 'key':
      return `It is kept as long as the key of that weak entry lives.${gaveUp}`;
    case 'heap':
      return `Only ${heap} can be what keeps it, or has not brought out its dead yet: ${unseen}.${mayRing}${gaveUp}`;
    case 'perhaps':
      return `No root leads to it, by what the tables say; ${heap} may hold it as well.${mayRing}${gaveUp}`;
    default:
      if (isLook) {
        const isRing = ring !== null && ring.every(step => step.doubt === 'none');
        const goes = isRing ? ' It is part of a ring that nothing else keeps: collect({ cycles: true }) lets go of it.' : mayRing;
        return `Nothing reaches it, in the tables and in the memories that were looked into.${goes}${gaveUp}`;
      }
      return `Nothing reaches it: what still names it can only recognize it, or waits for what nobody can settle.${mayRing}${gaveUp}`;
  }
};

export const tellAnswer = (told: Told): { readonly conclusion: string; readonly lines: readonly string[] } => {
  const { what, path, ring, detour } = told;
  const conclusion = conclude(told);
  const lines = path === null ? [`  ${what}`] : tellPath(path, what);
  lines.push(conclusion);
  if (detour !== null) lines.push('A heap may hold it for the sake of what its vat exports:', ...tellPath(detour, what));
  if (ring !== null) lines.push('The shortest ring:', ...tellPath(ring, what));
  return { conclusion, lines };
};
