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

/** How much is said: characters of a piece of data or text, and refs or promises of a list. */
export type Extent = { readonly data: number; readonly refs: number };
export const SHORT: Extent = { data: 160, refs: 12 };
export const WHOLE: Extent = { data: Infinity, refs: Infinity };

const describeRefs = (refs: readonly string[], extent: Extent): string => {
  const shown = refs.slice(0, extent.refs).join(' ');
  return refs.length > extent.refs ? `${shown} ... (${refs.length} refs)` : shown || '(none)';
};

const describeCondemned = (refs: readonly string[] = [], extent: Extent): string =>
  refs.length === 0 ? '' : `, condemned ${describeRefs(refs, extent)}`;

const describeArguments = ({ body, slots }: CapData<string>, { data }: Extent): string => {
  const tree = findSmallcapsTree(body)?.tree;
  if (!Array.isArray(tree) || tree.length !== 2) return `(${describeCapData({ body, slots }, data)})`;
  const text = describeCapData({ body: `#${JSON.stringify(tree[1])}`, slots }, data);
  return text.startsWith('[') ? `(${text.replace(/^\[/, '').replace(/\]$/, '')})` : `(...${text})`;
};

/** `greet("alice")`; a plain function call has no name before its arguments. */
export const describeMethargs = (methargs: CapData<string>, extent: Extent = SHORT): string => {
  const method = methodOf(methargs.body);
  const args = describeArguments(methargs, extent);
  if (method === '(call)') return args;
  return method.startsWith('[') ? `${method}${args}` : `.${method}${args}`;
};

const describeMessage = (target: string, { methargs, result }: Message<string>, extent: Extent): string =>
  `${target}${describeMethargs(methargs, extent)}${result === null ? '' : ` -> ${result}`}`;

const describeResolutions = (resolutions: readonly Resolution<string>[], extent: Extent): string => {
  const shown = resolutions
    .slice(0, extent.refs)
    .map(({ promise, outcome, data }) => `${promise} ${outcome} ${describeCapData(data, extent.data)}`)
    .join('; ');
  return resolutions.length > extent.refs ? `${shown}; ... (${resolutions.length} promises)` : shown;
};

export const describeDelivery = (delivery: Delivery<string>, extent: Extent = SHORT): string => {
  switch (delivery.type) {
    case 'startVat':
      return `startVat ${describeCapData(delivery.parameters, extent.data)}`;
    case 'message':
      return describeMessage(delivery.target, delivery.message, extent);
    case 'notify':
      return `notify ${describeResolutions(delivery.resolutions, extent)}`;
    case 'stopVat':
      return 'stopVat';
    case 'bringOutYourDead':
      return `bringOutYourDead ${describeRefs(delivery.dead, extent)}${describeCondemned(delivery.condemned, extent)}`;
    case 'dropExports':
    case 'retireExports':
    case 'retireImports':
      return `${delivery.type} ${describeRefs(delivery.refs, extent)}`;
    default:
      return `unknown delivery ${JSON.stringify(delivery)}`.slice(0, extent.data);
  }
};

const quote = (text: string, { data }: Extent): string => {
  const quoted = JSON.stringify(text.slice(0, data));
  return text.length > data ? `${quoted}... (${text.length} characters)` : quoted;
};

export const describeSyscall = (syscall: Syscall<string>, extent: Extent = SHORT): string => {
  switch (syscall.type) {
    case 'send':
      return `send ${describeMessage(syscall.target, syscall.message, extent)}`;
    case 'subscribe':
      return `subscribe ${syscall.promise}`;
    case 'resolve':
      return `resolve ${describeResolutions(syscall.resolutions, extent)}`;
    case 'exit':
      return `exit ${syscall.outcome} ${describeCapData(syscall.info, extent.data)}`;
    case 'dropImports':
    case 'dropPromises':
    case 'retireImports':
    case 'retireExports':
    case 'abandonExports':
      return `${syscall.type} ${describeRefs(syscall.refs, extent)}`;
    case 'callNow':
      return `callNow ${syscall.target}.${syscall.method}(${describeCapData(syscall.args, extent.data)})`;
    case 'vatstoreGet':
    case 'vatstoreDelete':
      return `${syscall.type} ${quote(syscall.key, extent)}`;
    case 'vatstoreSet':
      return `vatstoreSet ${quote(syscall.key, extent)} = ${quote(syscall.value, extent)}`;
    case 'vatstoreNextKey':
      return `vatstoreNextKey after ${quote(syscall.after, extent)}`;
    case 'vatstoreScan':
      return `vatstoreScan after ${quote(syscall.after, extent)} before ${quote(syscall.before, extent)} limit ${syscall.limit}`;
    default:
      return `unknown syscall ${JSON.stringify(syscall)}`.slice(0, extent.data);
  }
};

/** What came back; empty when a syscall has nothing to say. */
export const describeResult = (result: SyscallResult<string>, extent: Extent = SHORT): string => {
  if (result.outcome === 'error') return `error: ${result.problem}`;
  const { value } = result;
  if (value === null) return '';
  if (typeof value === 'string') return quote(value, extent);
  return isEntries(value) ? `${value.length} entries` : describeCapData(value, extent.data);
};

const isEntries = (value: object): value is readonly VatstoreEntry[] => Array.isArray(value);
