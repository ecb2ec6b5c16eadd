/** Values between actions and the kernel: which KernelRefs are in them, the same with other refs, and how they read. */
import { inspect } from 'node:util';
import { CooperageError } from '@cooperage/host/errors';
import { KernelRef } from '@cooperage/host/kernel-ref';
import { VatRejection } from '@cooperage/host/rejection';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isPlainRecord = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

/** Every ref in what came from the kernel: plain data, tagged values and rejections. */
export const listRefs = (value: unknown): readonly KernelRef[] => {
  if (value instanceof KernelRef) return [value];
  return isObject(value) ? Object.values(value).flatMap(listRefs) : [];
};

/** The same data with other refs. What is neither a record nor an array is left as it is. */
export const replaceRefs = (value: unknown, replace: (ref: KernelRef) => KernelRef): unknown => {
  if (value instanceof KernelRef) return replace(value);
  if (Array.isArray(value)) return value.map(item => replaceRefs(item, replace));
  if (!isObject(value) || Object.getOwnPropertySymbols(value).length > 0 || !isPlainRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceRefs(item, replace)]));
};

export const describeValue = (value: unknown): string =>
  inspect(value, { depth: 6, breakLength: Infinity, compact: true, maxArrayLength: 30, maxStringLength: 300 });

/** One line. Of an error of the host's only the code: its words may tell of restarts. */
export const describeError = (error: unknown): string => {
  if (error instanceof CooperageError) return error.code;
  if (error instanceof VatRejection) return `rejection ${describeValue(error.reason)}`;
  return error instanceof Error ? `${error.name}: ${error.message.split('\n', 1)[0]}` : describeValue(error);
};

const describeArguments = (args: readonly unknown[]): string => args.map(describeValue).join(', ');

/** A call into the kernel as the host would write it, more or less. */
export const describeCall = (method: string, args: readonly unknown[]): string => {
  if (method === 'call' || method === 'send') {
    const [target, name, values = []] = args;
    const verb = method === 'send' ? 'send ' : '';
    return `${verb}${target instanceof KernelRef ? target.toString() : String(target)}.${String(name)}(${describeArguments(values as unknown[])})`;
  }
  // The spec of a vat is code.
  return `${method}(${describeArguments(method === 'installVat' ? args.slice(0, 1) : args)})`;
};
