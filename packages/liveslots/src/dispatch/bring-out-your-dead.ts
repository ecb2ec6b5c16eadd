/**
 * The bringOutYourDead delivery: what the harvest found gone is now a fact. An object on the list that is still in memory (in a
 * replay) is forgotten all the same; whatever else has died is not mentioned until a later list names it. So the syscalls made
 * here follow from the list and from earlier deliveries, and from nothing else.
 */
import { isVRef, isImportVRef, type VRef } from '@cooperage/protocol/refs';
import type { VatSpace } from '../space.ts';

type Toll = {
  readonly dropped: VRef[];
  readonly retiredExports: VRef[];
  /** Imports that may have lost their last pillar. */
  readonly suspects: Set<VRef>;
};

const applyDeath = ({ imports, exports, recognizers }: VatSpace, name: string, toll: Toll): void => {
  if (!isVRef(name)) {
    for (const vref of recognizers.dismiss(name)) toll.suspects.add(vref);
  } else if (isImportVRef(name)) {
    if (imports.findStatus(name) !== 'reachable') return;
    imports.drop(name);
    toll.dropped.push(name);
    toll.suspects.add(name);
  } else if (exports.findStatus(name) !== undefined) {
    exports.retire(name);
    toll.retiredExports.push(name);
  }
};

export const deliverBringOutYourDead = (space: VatSpace, dead: readonly string[]): void => {
  const { imports, recognizers, syscalls } = space;
  const toll: Toll = { dropped: [], retiredExports: [], suspects: new Set() };
  for (const name of dead) applyDeath(space, name, toll);
  const retired = [...toll.suspects].filter(vref => imports.findStatus(vref) === 'recognizable' && !recognizers.recognizes(vref));
  for (const vref of retired) imports.retire(vref);
  syscalls.dropImports(toll.dropped.sort());
  syscalls.retireImports(retired.sort());
  syscalls.retireExports(toll.retiredExports.sort());
};
