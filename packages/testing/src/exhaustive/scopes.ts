/**
 * The scopes that are searched at every test run: each as small as can be in all but the things whose meeting it is there for. Most
 * are walked to the end; those with a promise, or with three ways for a vat to end, only as far as the limit allows.
 */
import { makeScope, type Scope } from './scope.ts';

export const SCOPES: readonly Scope[] = [
  makeScope({ name: 'two importers, calls', importers: 2, calls: true }),
  makeScope({ name: 'two importers, vats end', importers: 2, terminates: [0, 1] }),
  makeScope({ name: 'two importers, vats pause', importers: 2, suspends: [0, 1] }),
  makeScope({ name: 'two importers, deliveries fail', importers: 2, faults: true }),
  makeScope({ name: 'two importers, the host holds', importers: 2, host: true }),
  makeScope({ name: 'two exporters', exporters: 2, importers: 0, calls: true, objectRows: 3 }),
  makeScope({ name: 'two exporters, one importer', exporters: 2, calls: true }),
  makeScope({ name: 'two objects', importers: 2, objects: 2 }),
  makeScope({ name: 'failing vats end', faults: true, onFault: 'terminate', terminates: [0], abandons: true }),
  makeScope({ name: 'vats disown, the host calls', abandons: true, calls: true, host: true }),
  makeScope({ name: 'vats disown and end, the host holds', abandons: true, terminates: [0, 1], host: true }),
  makeScope({ name: 'vats disown and pause', abandons: true, suspends: [0, 1] }),
  makeScope({ name: 'a promise, vats disown', promises: 1, abandons: true }),
  makeScope({ name: 'a promise, vats end', promises: 1, terminates: [0, 1] }),
  makeScope({ name: 'a promise, vats pause', promises: 1, suspends: [0, 1] }),
  makeScope({ name: 'a promise, deliveries fail', promises: 1, faults: true, calls: true }),
  makeScope({ name: 'a promise, two importers', promises: 1, importers: 2 }),
  makeScope({ name: 'two promises, vats end', promises: 2, terminates: [1] }),
  makeScope({ name: 'illegal moves', illegal: true }),
  makeScope({ name: 'illegal moves with a promise', illegal: true, promises: 1 }),
  makeScope({ name: 'illegal moves end vats', illegal: true, onFault: 'terminate', importers: 2 }),
];
