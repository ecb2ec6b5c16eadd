/**
 * The bringOutYourDead delivery: what the harvest found gone is now a fact. An object on the list that is still in memory (in a
 * replay) is forgotten all the same; whatever else has died is not mentioned until a later list names it. So the syscalls made
 * here follow from the list and from earlier deliveries, and from nothing else.
 *
 * Whatever has lost a pillar is looked at, and what has none left is let go of: that may fell more. When the budget is spent the rest
 * waits for the next BOYD.
 */
import { isVRef, isImportVRef, parseVRef, type VRef } from '@cooperage/protocol/refs';
import { BOYD_ROWS, Budget } from '../gc/budget.ts';
import type { Suspect } from '../gc/suspects.ts';
import type { VatSpace } from '../space.ts';
import { BAGGAGE } from '../virtual/kinds.ts';
import { sweep } from '../virtual/sweep.ts';

type Toll = {
  readonly dropped: VRef[];
  readonly promises: VRef[];
  readonly retired: VRef[];
  readonly retiredExports: VRef[];
};
type Round = { readonly space: VatSpace; readonly toll: Toll; readonly budget: Budget };

const applyDeath = (space: VatSpace, name: string, toll: Toll): void => {
  const { imports, exports, promises, recognizers, suspects, watch } = space;
  if (!isVRef(name)) {
    recognizers.dismiss(name);
    return;
  }
  if (parseVRef(name)?.kind === 'promise') {
    promises.retire(name);
    toll.promises.push(name);
    return;
  }
  if (!watch.has(name)) return;
  if (isImportVRef(name)) imports.losePresence(name);
  else if (parseVRef(name)?.durability !== 'ephemeral') watch.forget(name);
  else if (exports.has(name)) {
    if (exports.findStatus(name) !== undefined) toll.retiredExports.push(name);
    exports.forget(name);
  }
  suspects.add(name);
};

/** Ends all recognition of an object that is gone; false when the budget did not suffice. */
const ceaseRecognition = ({ space, budget }: Round, names: readonly VRef[]): boolean => {
  for (const name of names) {
    space.recognizers.endRecognition(name);
    if (!space.weakKeys.cease(name, budget)) return false;
  }
  return true;
};

/** A key that was condemned takes with it what weak collections have under it, which may be all that cites it. */
const emptyKey = (round: Round, ref: VRef): boolean => {
  const { suspects } = round.space;
  if (!suspects.isCondemned(ref)) return true;
  if (!ceaseRecognition(round, [ref])) return false;
  suspects.emptied(ref);
  return true;
};

/** An import falls when neither memory nor stored data reaches it; whether it is still recognized is another question. */
const examineImport = (round: Round, { ref, was }: Suspect): void => {
  if (!emptyKey(round, ref)) return;
  const { space, toll, budget } = round;
  const { imports, counts, recognizers, suspects, watch, weakKeys } = space;
  suspects.delete(ref);
  budget.spend();
  if (watch.has(ref) || counts.has(ref)) return;
  if ((imports.findStatus(ref) ?? was) === 'reachable') {
    imports.drop(ref);
    toll.dropped.push(ref);
  }
  if (recognizers.recognizes(ref) || weakKeys.recognizes(ref)) return;
  imports.forget(ref);
  toll.retired.push(ref);
};

const examineStored = (round: Round, ref: VRef, kindId: number): void => {
  const { space, toll, budget } = round;
  const { watch, counts, exportStatus, kinds, suspects } = space;
  budget.spend(2);
  const kind = kinds.find(kindId);
  const facets = kind?.facets?.map((_name, i) => `${ref}:${i}` as VRef) ?? [];
  if (suspects.isCondemned(ref)) {
    // A heap that was rebuilt since has it in memory again: as garbage, which the next collection of cycles will see.
    if (!watch.has(ref)) {
      // What a weak collection keeps under it may cite it.
      if (!ceaseRecognition(round, [ref, ...facets])) return;
      if (kind?.deleteSome(ref, budget) === false) return;
    }
    suspects.emptied(ref);
  }
  if (ref === BAGGAGE || watch.has(ref) || counts.has(ref) || exportStatus.isReachable(ref)) {
    suspects.delete(ref);
    return;
  }
  if (kind === undefined) throw new Error(`${ref} is to be deleted, and its kind is not defined`);
  if (!ceaseRecognition(round, [ref, ...facets])) return;
  if (!kind.deleteSome(ref, budget)) return;
  toll.retiredExports.push(...exportStatus.forget(ref, kind.facets !== undefined));
  suspects.delete(ref);
};

const examine = (round: Round, suspect: Suspect): void => {
  const { ref } = suspect;
  const parsed = parseVRef(ref);
  if (isImportVRef(ref)) return examineImport(round, suspect);
  if (parsed?.durability === 'virtual' && round.space.counters.isOldKind(parsed.id)) {
    // An earlier incarnation left it undone; the sweep does it.
    round.space.suspects.delete(ref);
    return;
  }
  if (parsed !== undefined && parsed.durability !== 'ephemeral') return examineStored(round, ref, parsed.id);
  round.budget.spend();
  if (!emptyKey(round, ref)) return;
  const isGone = !round.space.exports.has(ref);
  if (!isGone || ceaseRecognition(round, [ref])) round.space.suspects.delete(ref);
};

const examineAll = (round: Round): void => {
  const { suspects } = round.space;
  for (let next = suspects.findFirst(); next !== undefined && !round.budget.isSpent; next = suspects.findFirst()) {
    examine(round, next);
  }
};

/**
 * `condemned`: stored objects and keys of stored weak entries that nothing reaches: what they cite, and what is filed under them, counts no
 * more. Returns whether something is left for another BOYD.
 */
export const deliverBringOutYourDead = (space: VatSpace, dead: readonly string[], condemned: readonly VRef[] = []): boolean => {
  const { suspects, dueSweep, syscalls } = space;
  const toll: Toll = { dropped: [], promises: [], retired: [], retiredExports: [] };
  const round: Round = { space, toll, budget: new Budget(BOYD_ROWS) };
  for (const name of dead) applyDeath(space, name, toll);
  for (const ref of condemned) suspects.condemn(ref);
  examineAll(round);
  sweep(space, round.budget);
  examineAll(round);
  syscalls.dropImports(toll.dropped.sort());
  syscalls.dropPromises(toll.promises.sort());
  syscalls.retireImports(toll.retired.sort());
  syscalls.retireExports(toll.retiredExports.sort());
  return suspects.size > 0 || dueSweep.isDue;
};
