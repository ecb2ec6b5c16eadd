/**
 * The message delivery: calls an export of this vat, or a promise that it decides, and from then on decides the promise for the
 * answer. Whatever is wrong with the message itself rejects that promise; it is never this vat's fault.
 */
import { HandledPromise } from '@endo/eventual-send';
import { getMethodNames } from '@endo/eventual-send/utils.js';
import type { Message } from '@cooperage/protocol/delivery';
import { parseVRef, type ParsedVRef, type VRef } from '@cooperage/protocol/refs';
import { harden } from '../harden.ts';
import { decidePromise } from '../outbound/resolve.ts';
import type { VatSpace } from '../space.ts';
import { resumeWatches } from '../vat-data/watched-promises.ts';
import { subscribeToNews } from './news.ts';

type Call = { readonly method: string | symbol | undefined; readonly args: readonly unknown[] };

const insistCall = (methargs: unknown): Call => {
  if (Array.isArray(methargs) && methargs.length === 2) {
    const [method, args] = methargs as [unknown, unknown];
    const isName = typeof method === 'string' || typeof method === 'symbol' || method === undefined;
    if (isName && Array.isArray(args)) return { method, args };
  }
  throw new TypeError('malformed message: expected [method, args]');
};

/** Whether `target` itself offers the method: what every object or function inherits from the language is no method. */
const offersMethod = (target: object, method: string | symbol): boolean => {
  for (let layer: object | null = target; layer !== null; layer = Object.getPrototypeOf(layer) as object | null) {
    if (layer === Object.prototype || layer === Function.prototype) return false;
    if (Object.hasOwn(layer, method)) return true;
  }
  return false;
};

const findObject = ({ exports, kinds }: VatSpace, target: VRef, durability: ParsedVRef['durability']): object | undefined =>
  durability === 'ephemeral' ? exports.find(target) : kinds.provide(target);

const findTarget = (space: VatSpace, target: VRef): object => {
  const parsed = parseVRef(target);
  const found =
    parsed?.kind === 'promise'
      ? space.promises.find(target)?.promise
      : findObject(space, target, parsed?.durability ?? 'ephemeral');
  if (found === undefined) throw new Error(`this vat exports no ${target}`);
  return found;
};

/** Whether a handler of the vat takes the messages for it, as those of a bridge to elsewhere do. Each of these has one promise. */
const hasHandler = (target: object): boolean => {
  const promise = HandledPromise.resolve(target);
  return HandledPromise.resolve(target) === promise;
};

const makeNoMethodError = (target: object, method: string | symbol): TypeError => {
  const names = getMethodNames(target).map(name => JSON.stringify(String(name)));
  return new TypeError(`target has no method ${JSON.stringify(String(method))}, has [${names.join(',')}]`);
};

/** What `E()` would do with an object of this vat, at a quarter of the cost: what it answers or throws is hardened. */
const callMethod = (target: object, method: string | symbol, args: readonly unknown[]): Promise<unknown> =>
  Promise.resolve().then(() => {
    const member = (target as Record<PropertyKey, unknown>)[method];
    if (typeof member !== 'function') throw makeNoMethodError(target, method);
    try {
      return harden(Reflect.apply(member, target, args) as unknown);
    } catch (reason) {
      throw harden(reason);
    }
  });

/** Calls the target in a later turn. */
const callTarget = (target: object, { method, args }: Call): Promise<unknown> => {
  if (method === undefined) return HandledPromise.applyFunction(target, [...args]);
  if (target instanceof Promise) return HandledPromise.applyMethod(target, method, [...args]);
  if (offersMethod(target, method)) return callMethod(target, method, args);
  if (hasHandler(target)) return HandledPromise.applyMethod(target, method, [...args]);
  throw makeNoMethodError(target, method);
};

/** Makes this vat the decider of `result`, and gives what settles it. */
const takeDecision = (space: VatSpace, result: VRef): ((outcome: unknown) => void) => {
  const known = space.promises.find(result);
  if (known?.decider === 'vat') throw new Error(`this vat decides ${result} already`);
  if (known !== undefined) {
    decidePromise(space, result, known.promise);
    return known.settler.resolve;
  }
  let settle: ((outcome: unknown) => void) | undefined;
  const promise = new Promise<unknown>(resolve => {
    settle = resolve;
  });
  if (settle === undefined) throw new Error('a promise did not run its executor');
  Object.freeze(promise);
  decidePromise(space, result, promise);
  resumeWatches(space, result, promise);
  return settle;
};

export const deliverMessage = (space: VatSpace, targetRef: VRef, { methargs, result }: Message<VRef>): void => {
  const settle = result === null ? undefined : takeDecision(space, result);
  let answer: Promise<unknown>;
  try {
    const call = insistCall(space.convert.decode(methargs));
    answer = callTarget(findTarget(space, targetRef), call);
  } catch (problem) {
    answer = Promise.reject(problem as Error);
  }
  answer.catch(() => {});
  settle?.(answer);
  subscribeToNews(space);
};
