/**
 * Deliveries and syscalls as one line for people: `o+0.greet("alice") -> p-60`. Whatever vats put into them, nothing here throws, and
 * long data is cut before it is rendered.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import type { Delivery, Message, Resolution } from '@cooperage/protocol/delivery';
import type { Syscall, SyscallResult, VatstoreEntry } from '@cooperage/protocol/syscall';
import { describeCapData } from '@cooperage/marshal/describe';
import { methodOf } from '@cooperage/marshal/single-slot';
import { findSmallcapsTree } from '@cooperage/marshal/smallcaps-text';

const DATA_LENGTH = 160;
const REFS_SHOWN = 12;

const describeRefs = (refs: readonly string[]): string => {
  const shown = refs.slice(0, REFS_SHOWN).join(' ');
  return refs.length > REFS_SHOWN ? `${shown} ... (${refs.length} refs)` : shown || '(none)';
};

const describeCondemned = (refs: readonly string[] = []): string =>
  refs.length === 0 ? '' : `, condemned ${describeRefs(refs)}`;

const describeArguments = ({ body, slots }: CapData<string>): string => {
  const tree = findSmallcapsTree(body)?.tree;
  if (!Array.isArray(tree) || tree.length !== 2) return `(${describeCapData({ body, slots }, DATA_LENGTH)})`;
  const text = describeCapData({ body: `#${JSON.stringify(tree[1])}`, slots }, DATA_LENGTH);
  return text.startsWith('[') ? `(${text.replace(/^\[/, '').replace(/\]$/, '')})` : `(...${text})`;
};

/** `greet("alice")`; a plain function call has no name before its arguments. */
export const describeMethargs = (methargs: CapData<string>): string => {
  const method = methodOf(methargs.body);
  const args = describeArguments(methargs);
  if (method === '(call)') return args;
  return method.startsWith('[') ? `${method}${args}` : `.${method}${args}`;
};

const describeMessage = (target: string, { methargs, result }: Message<string>): string =>
  `${target}${describeMethargs(methargs)}${result === null ? '' : ` -> ${result}`}`;

const describeResolutions = (resolutions: readonly Resolution<string>[]): string => {
  const shown = resolutions
    .slice(0, REFS_SHOWN)
    .map(({ promise, outcome, data }) => `${promise} ${outcome} ${describeCapData(data, DATA_LENGTH)}`)
    .join('; ');
  return resolutions.length > REFS_SHOWN ? `${shown}; ... (${resolutions.length} promises)` : shown;
};

export const describeDelivery = (delivery: Delivery<string>): string => {
  switch (delivery.type) {
    case 'startVat':
      return `startVat ${describeCapData(delivery.parameters, DATA_LENGTH)}`;
    case 'message':
      return describeMessage(delivery.target, delivery.message);
    case 'notify':
      return `notify ${describeResolutions(delivery.resolutions)}`;
    case 'stopVat':
      return 'stopVat';
    case 'bringOutYourDead':
      return `bringOutYourDead ${describeRefs(delivery.dead)}${describeCondemned(delivery.condemned)}`;
    case 'dropExports':
    case 'retireExports':
    case 'retireImports':
      return `${delivery.type} ${describeRefs(delivery.refs)}`;
    default:
      return `unknown delivery ${JSON.stringify(delivery)}`.slice(0, DATA_LENGTH);
  }
};

const quote = (text: string): string => {
  const quoted = JSON.stringify(text.slice(0, DATA_LENGTH));
  return text.length > DATA_LENGTH ? `${quoted}... (${text.length} characters)` : quoted;
};

export const describeSyscall = (syscall: Syscall<string>): string => {
  switch (syscall.type) {
    case 'send':
      return `send ${describeMessage(syscall.target, syscall.message)}`;
    case 'subscribe':
      return `subscribe ${syscall.promise}`;
    case 'resolve':
      return `resolve ${describeResolutions(syscall.resolutions)}`;
    case 'exit':
      return `exit ${syscall.outcome} ${describeCapData(syscall.info, DATA_LENGTH)}`;
    case 'dropImports':
    case 'dropPromises':
    case 'retireImports':
    case 'retireExports':
    case 'abandonExports':
      return `${syscall.type} ${describeRefs(syscall.refs)}`;
    case 'callNow':
      return `callNow ${syscall.target}.${syscall.method}(${describeCapData(syscall.args, DATA_LENGTH)})`;
    case 'vatstoreGet':
    case 'vatstoreDelete':
      return `${syscall.type} ${quote(syscall.key)}`;
    case 'vatstoreSet':
      return `vatstoreSet ${quote(syscall.key)} = ${quote(syscall.value)}`;
    case 'vatstoreNextKey':
      return `vatstoreNextKey after ${quote(syscall.after)}`;
    case 'vatstoreScan':
      return `vatstoreScan after ${quote(syscall.after)} before ${quote(syscall.before)} limit ${syscall.limit}`;
    default:
      return `unknown syscall ${JSON.stringify(syscall)}`.slice(0, DATA_LENGTH);
  }
};

/** What came back; empty when a syscall has nothing to say. */
export const describeResult = (result: SyscallResult<string>): string => {
  if (result.outcome === 'error') return `error: ${result.problem}`;
  const { value } = result;
  if (value === null) return '';
  if (typeof value === 'string') return quote(value);
  return isEntries(value) ? `${value.length} entries` : describeCapData(value, DATA_LENGTH);
};

const isEntries = (value: object): value is readonly VatstoreEntry[] => Array.isArray(value);
