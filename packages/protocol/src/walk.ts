/**
 * The one structural walk over the refs of a delivery or a syscall. The order is fixed for ever, because numbers are handed out as
 * refs are met: target, then result, then slots in order; resolutions one after the other, all their promises before any data.
 */
import type { CapData } from './capdata.ts';
import type { Delivery, Message, Resolution } from './delivery.ts';
import type { Syscall } from './syscall.ts';
import { unreachable } from './unreachable.ts';

/** Where a ref stands, for translators that treat places differently. */
export type RefPlace = 'target' | 'result' | 'slot' | 'promise' | 'gc';
export type RefMapper<From, To> = (ref: From, place: RefPlace) => To;

export const mapCapData = <From, To>(data: CapData<From>, map: RefMapper<From, To>): CapData<To> => ({
  body: data.body,
  slots: data.slots.map(slot => map(slot, 'slot')),
});

const mapMessage = <From, To>(message: Message<From>, map: RefMapper<From, To>): Message<To> => {
  const result = message.result === null ? null : map(message.result, 'result');
  return { methargs: mapCapData(message.methargs, map), result };
};

const mapResolutions = <From, To>(resolutions: readonly Resolution<From>[], map: RefMapper<From, To>): Resolution<To>[] => {
  const promises = resolutions.map(({ promise }) => map(promise, 'promise'));
  return resolutions.map(({ outcome, data }, i) => ({ promise: promises[i] as To, outcome, data: mapCapData(data, map) }));
};

const mapRefs = <From, To>(refs: readonly From[], map: RefMapper<From, To>): To[] => refs.map(ref => map(ref, 'gc'));

/** A copy of `delivery` with every ref replaced by what `map` makes of it. */
export const mapDelivery = <From, To>(delivery: Delivery<From>, map: RefMapper<From, To>): Delivery<To> => {
  switch (delivery.type) {
    case 'startVat':
      return { type: 'startVat', parameters: mapCapData(delivery.parameters, map) };
    case 'message': {
      const target = map(delivery.target, 'target');
      return { type: 'message', target, message: mapMessage(delivery.message, map) };
    }
    case 'notify':
      return { type: 'notify', resolutions: mapResolutions(delivery.resolutions, map) };
    case 'dropExports':
    case 'retireExports':
    case 'retireImports':
      return { type: delivery.type, refs: mapRefs(delivery.refs, map) };
    case 'bringOutYourDead':
    case 'stopVat':
      return delivery;
    default:
      return unreachable(delivery);
  }
};

/** A copy of `syscall` with every ref replaced by what `map` makes of it. */
export const mapSyscall = <From, To>(syscall: Syscall<From>, map: RefMapper<From, To>): Syscall<To> => {
  switch (syscall.type) {
    case 'send': {
      const target = map(syscall.target, 'target');
      return { type: 'send', target, message: mapMessage(syscall.message, map) };
    }
    case 'subscribe':
      return { type: 'subscribe', promise: map(syscall.promise, 'promise') };
    case 'resolve':
      return { type: 'resolve', resolutions: mapResolutions(syscall.resolutions, map) };
    case 'exit':
      return { type: 'exit', outcome: syscall.outcome, info: mapCapData(syscall.info, map) };
    case 'dropImports':
    case 'dropPromises':
    case 'retireImports':
    case 'retireExports':
    case 'abandonExports':
      return { type: syscall.type, refs: mapRefs(syscall.refs, map) };
    case 'callNow': {
      const target = map(syscall.target, 'target');
      return { type: 'callNow', target, method: syscall.method, args: mapCapData(syscall.args, map) };
    }
    case 'vatstoreGet':
    case 'vatstoreSet':
    case 'vatstoreDelete':
    case 'vatstoreNextKey':
    case 'vatstoreScan':
      return syscall;
    default:
      return unreachable(syscall);
  }
};
