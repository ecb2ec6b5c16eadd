/** What no vat may do, one move for each rule that its c-list could break; each must cost the vat its crank and nobody anything. */
import type { VRef } from '@cooperage/protocol/refs';
import type { VatSyscall } from '@cooperage/protocol/worker-port';
import { listHeld, send, type Move, type Position } from './moves.ts';

const UNKNOWN_IMPORT = 'o-9999999' as VRef;
const UNKNOWN_EXPORT = 'o+9999999' as VRef;

export const listIllegalMoves = (position: Position): Move[] => {
  const { view, exports, roots } = position;
  const moves: Move[] = [];
  const add = (what: string, vref: VRef, ...syscalls: VatSyscall[]): void => {
    moves.push({
      label: `illegally ${what} ${vref}`,
      syscalls,
      touches: [{ vref, operation: `illegally ${what}` }],
      illegal: true,
    });
  };
  const root = [...roots.values()][0] as VRef;
  for (const vref of [UNKNOWN_IMPORT, ...listHeld(position)]) {
    const state = view.stateOf(vref);
    if (state !== 'I+') {
      add('pass', vref, send(root, [vref]));
      add('call', vref, send(vref, []));
    }
    if (state === 'none') add('drop', vref, { type: 'dropImports', refs: [vref] });
    if (state !== 'I-') add('retire', vref, { type: 'retireImports', refs: [vref] });
    if (state !== 'none') add('disown', vref, { type: 'abandonExports', refs: [vref] });
    if (state === 'I+') {
      add('use dropped', vref, { type: 'dropImports', refs: [vref] }, send(root, [vref]));
      add('drop twice', vref, { type: 'dropImports', refs: [vref, vref] });
    }
  }
  for (const vref of [UNKNOWN_EXPORT, ...exports]) {
    const state = view.stateOf(vref);
    if (state !== 'E-') add('retire', vref, { type: 'retireExports', refs: [vref] });
    if (state === 'none') add('disown', vref, { type: 'abandonExports', refs: [vref] });
    if (state !== 'none') add('drop', vref, { type: 'dropImports', refs: [vref] });
  }
  const undecided = { outcome: 'fulfilled', data: { body: '#1', slots: [] } } as const;
  for (const promise of view.listPromises('awaits')) {
    add('settle', promise, { type: 'resolve', resolutions: [{ promise, ...undecided }] });
    add('reuse', promise, send(root, [], promise));
  }
  for (const promise of view.listPromises('decides')) {
    add('forward', promise, {
      type: 'resolve',
      resolutions: [{ promise, outcome: 'fulfilled', data: { body: '#"&0"', slots: [promise] } }],
    });
  }
  return moves;
};
