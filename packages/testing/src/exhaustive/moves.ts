/**
 * What a correct vat may do with the agency that one delivery gives it: every move that its own c-list and the scope allow. The first
 * is always to let go: settle what it decides, drop and retire what it imports. A vat that keeps doing so holds nothing in the end.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import { ROOT_VREF, type VatId, type VRef } from '@cooperage/protocol/refs';
import type { VatSyscall } from '@cooperage/protocol/worker-port';
import type { Scope } from './scope.ts';
import type { VatView } from './vat-view.ts';

/** One thing that a move does to an object, for the coverage matrix. */
export type Touch = { readonly vref: VRef; readonly operation: string };

export type Move = {
  readonly label: string;
  readonly syscalls: readonly VatSyscall[];
  readonly touches: readonly Touch[];
  /** The vat cannot take the delivery after all. */
  readonly problem?: string;
  /** The kernel must refuse it. */
  readonly illegal?: boolean;
};

/** How much more the kernel may come to hold before the scope is full. */
export type Room = { readonly messages: number; readonly objects: number; readonly promises: number };

export type Position = {
  readonly view: VatView;
  readonly scope: Scope;
  readonly room: Room;
  /** The roots of all vats, under the names that this vat has for them. */
  readonly roots: ReadonlyMap<VatId, VRef>;
  readonly exports: readonly VRef[];
  readonly mayExit: boolean;
  /** A promise number that was never used. */
  readonly newPromise: VRef;
};

const UNDEFINED: CapData<VRef> = { body: '#"#undefined"', slots: [] };
const citation = (slot: VRef): string => `${slot[0] === 'p' ? '&' : '$'}0`;
const callBody = (slots: readonly VRef[]): CapData<VRef> => ({
  body: `#${JSON.stringify(['take', slots.map(citation)])}`,
  slots,
});

export const send = (target: VRef, slots: readonly VRef[], result: VRef | null = null): VatSyscall => ({
  type: 'send',
  target,
  message: { methargs: callBody(slots), result },
});

const resolve = (promise: VRef, data: CapData<VRef>, outcome: 'fulfilled' | 'rejected' = 'fulfilled'): VatSyscall => ({
  type: 'resolve',
  resolutions: [{ promise, outcome, data }],
});
/** Data that is one object is called through; data in a record is not. */
const one = (slot: VRef): CapData<VRef> => ({ body: '#"$0"', slots: [slot] });

export const listHeld = ({ view, roots }: Position): VRef[] => {
  const names = new Set(roots.values());
  return view.listObjects('I').filter(vref => !names.has(vref));
};

const listOthers = ({ view, roots }: Position): [VatId, VRef][] => [...roots].filter(([vat]) => vat !== view.vat);

export const letGo = (position: Position, only?: readonly VRef[]): Move => {
  const { view } = position;
  const held = only ?? listHeld(position);
  const reachable = held.filter(vref => view.stateOf(vref) === 'I+');
  const decided = only === undefined ? view.listPromises('decides') : [];
  return {
    label: held.length + decided.length === 0 ? 'nothing' : 'let go',
    syscalls: [
      ...decided.map(promise => resolve(promise, UNDEFINED)),
      ...(reachable.length > 0 ? [{ type: 'dropImports', refs: reachable } as const] : []),
      ...(held.length > 0 ? [{ type: 'retireImports', refs: held } as const] : []),
    ],
    touches: held.map(vref => ({ vref, operation: view.stateOf(vref) === 'I+' ? 'drop, retire' : 'retire' })),
  };
};

const listImportMoves = (position: Position): Move[] => {
  const { view, scope, room } = position;
  return listHeld(position).flatMap(vref => {
    const retire = { type: 'retireImports', refs: [vref] } as const;
    if (view.stateOf(vref) === 'I-')
      return [{ label: `retire ${vref}`, syscalls: [retire], touches: [{ vref, operation: 'retire' }] }];
    const drop = { type: 'dropImports', refs: [vref] } as const;
    const moves: Move[] = [
      { label: `drop ${vref}`, syscalls: [drop], touches: [{ vref, operation: 'drop' }] },
      { label: `drop and retire ${vref}`, syscalls: [drop, retire], touches: [{ vref, operation: 'drop, retire' }] },
    ];
    if (room.messages < 1) return moves;
    for (const [vat, root] of listOthers(position)) {
      const pass = send(root, [vref]);
      moves.push({ label: `pass ${vref} to ${vat}`, syscalls: [pass], touches: [{ vref, operation: 'pass' }] });
      const touches = [{ vref, operation: 'pass, drop, retire' }];
      moves.push({ label: `pass ${vref} to ${vat} and let it go`, syscalls: [pass, drop, retire], touches });
    }
    if (scope.calls) moves.push({ label: `call ${vref}`, syscalls: [send(vref, [])], touches: [{ vref, operation: 'call' }] });
    return moves;
  });
};

const listExportMoves = (position: Position): Move[] => {
  const { view, scope, room, exports } = position;
  const moves: Move[] = [];
  for (const vref of exports) {
    const state = view.stateOf(vref);
    const retire = { type: 'retireExports', refs: [vref] } as const;
    if (state === 'E-') moves.push({ label: `retire ${vref}`, syscalls: [retire], touches: [{ vref, operation: 'retire' }] });
    if (state !== 'none' && scope.abandons) {
      const abandon = { type: 'abandonExports', refs: [vref] } as const;
      moves.push({ label: `abandon ${vref}`, syscalls: [abandon], touches: [{ vref, operation: 'abandon' }] });
    }
    const isFull = room.messages < 1 || (state === 'none' && room.objects < 1);
    if (isFull) continue;
    for (const [vat, root] of listOthers(position)) {
      moves.push({ label: `give ${vref} to ${vat}`, syscalls: [send(root, [vref])], touches: [{ vref, operation: 'give' }] });
      if (state !== 'E-' || room.objects < 1) continue;
      const again = [retire, send(root, [vref])];
      moves.push({
        label: `retire ${vref} and give it anew to ${vat}`,
        syscalls: again,
        touches: [{ vref, operation: 'retire, give' }],
      });
    }
    if (!scope.calls) continue;
    moves.push({ label: `send ${vref} to itself`, syscalls: [send(ROOT_VREF, [vref])], touches: [{ vref, operation: 'keep' }] });
  }
  return moves;
};

/** What may be sent or told at this moment: exports that fit, imports that may be used. */
const listUsable = (position: Position): VRef[] => {
  const { view, room, exports } = position;
  const mine = exports.filter(vref => view.stateOf(vref) !== 'none' || room.objects > 0);
  return [...mine, ...listHeld(position).filter(vref => view.stateOf(vref) === 'I+')];
};

const listPromiseMoves = (position: Position): Move[] => {
  const { view, scope, room, newPromise } = position;
  if (scope.promises === 0) return [];
  const moves: Move[] = [];
  const usable = listUsable(position);
  if (room.promises > 0 && room.messages > 0) {
    for (const [vat, root] of listOthers(position)) {
      const give = send(root, [newPromise]);
      moves.push({ label: `give a promise to ${vat}`, syscalls: [give], touches: [] });
      const ask = [send(root, [], newPromise), { type: 'subscribe', promise: newPromise } as const];
      moves.push({ label: `ask ${vat}`, syscalls: ask, touches: [] });
      for (const vref of usable) {
        const syscalls = [give, resolve(newPromise, one(vref))];
        moves.push({
          label: `give ${vat} a settled promise of ${vref}`,
          syscalls,
          touches: [{ vref, operation: 'give settled' }],
        });
      }
    }
  }
  for (const promise of view.listPromises('decides')) {
    moves.push({ label: `reject ${promise}`, syscalls: [resolve(promise, UNDEFINED, 'rejected')], touches: [] });
    for (const vref of usable) {
      const touches = [{ vref, operation: 'answer' }];
      moves.push({ label: `answer ${promise} with ${vref}`, syscalls: [resolve(promise, one(vref))], touches });
    }
  }
  const [first, second] = view.listPromises('decides');
  if (first !== undefined && second !== undefined) {
    const resolutions = [
      { promise: first, outcome: 'fulfilled', data: { body: '#["&0"]', slots: [second] } },
      { promise: second, outcome: 'rejected', data: UNDEFINED },
    ] as const;
    moves.push({ label: `settle ${first} with ${second}`, syscalls: [{ type: 'resolve', resolutions }], touches: [] });
  }
  if (room.messages < 1) return moves;
  for (const promise of view.listPromises('awaits')) {
    for (const vref of usable) {
      const touches = [{ vref, operation: 'pipeline' }];
      moves.push({ label: `send ${vref} to ${promise}`, syscalls: [send(promise, [vref])], touches });
    }
  }
  return moves;
};

const listEndings = (position: Position): Move[] => {
  const { scope, mayExit, exports, room } = position;
  const endings: Move[] = [];
  if (mayExit) {
    // What its last words name is held by nobody.
    const named = exports.slice(0, room.objects > 0 ? 1 : 0);
    const info = { body: `#${JSON.stringify(named.map(citation))}`, slots: named };
    const exit = { type: 'exit', outcome: 'success', info } as const;
    endings.push({ label: 'exit', syscalls: [exit], touches: [] });
  }
  if (scope.faults) {
    // Much is done first, so that much must be undone.
    const made = exports.slice(0, room.objects > 0 ? 1 : 0).map(vref => send(ROOT_VREF, [vref]));
    endings.push({ label: 'fail', syscalls: [...letGo(position).syscalls, ...made], touches: [], problem: 'cannot' });
  }
  return endings;
};

/** Every move, the one that lets go first. */
export const listMoves = (position: Position): Move[] => {
  const first = letGo(position);
  const nothing: Move = { label: 'nothing', syscalls: [], touches: [] };
  return [
    first,
    ...(first.label === 'nothing' ? [] : [nothing]),
    ...listImportMoves(position),
    ...listExportMoves(position),
    ...listPromiseMoves(position),
    ...listEndings(position),
  ];
};
