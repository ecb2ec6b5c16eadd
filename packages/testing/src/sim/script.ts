/**
 * What a script vat is told to do: short programs over named slots. A program travels in messages as JSON text, which costs nothing
 * to pass on; a step whose slots are empty or hold something else does nothing, so every program is legal.
 */

export type Program = readonly Step[];

export type Step =
  /** Make an object and put it into the slot: of the heap, unless said otherwise. */
  | { readonly op: 'make'; readonly slot: string; readonly as?: ObjectKind }
  /** Put an argument of this message into the slot. */
  | { readonly op: 'take'; readonly slot: string; readonly arg: number }
  | { readonly op: 'forget'; readonly slot: string }
  /** Copy what one slot holds into another. */
  | { readonly op: 'copy'; readonly from: string; readonly to: string }
  /** Put what `from` holds into a slot of the object that `into` holds, if that is an object of this vat and may hold it. */
  | { readonly op: 'link'; readonly into: string; readonly slot: string; readonly from: string }
  /** Send a program with arguments; `answer` names the slot for the promise, 'none' drops it, 'only' asks for none. */
  | {
      readonly op: 'send';
      readonly target: string;
      readonly program: Program;
      readonly args: readonly string[];
      readonly answer: string;
    }
  /**
   * Make a promise and put it into the slot; until it is settled its resolver is kept by the vat. Or by the object in the slot `keeper`
   * and nobody else, if that is an object of this vat's heap; then the slot is empty again when the program ends, because whoever has
   * the promise in the vat that decides it counts as who can settle it.
   */
  | { readonly op: 'pend'; readonly slot: string; readonly keeper?: string }
  /**
   * Settle a promise that the vat, or something in these slots, has the resolver of: with what `from` holds, with a record around it if
   * `wrap`, or with an error.
   */
  | { readonly op: 'settle'; readonly slot: string; readonly from: string; readonly how: 'plain' | 'wrap' | 'error' }
  /** Make a weak map and put it into the slot. A stored object has a weak map of its own: it may be named as `map`. */
  | { readonly op: 'weak-make'; readonly slot: string }
  | { readonly op: 'weak-set'; readonly map: string; readonly key: string; readonly value: string }
  | { readonly op: 'weak-delete'; readonly map: string; readonly key: string }
  /** Put what the map has for the key into the slot, if it has anything. */
  | { readonly op: 'weak-get'; readonly map: string; readonly key: string; readonly slot: string }
  /** Put what `from` holds into the vat's baggage, or take it out. */
  | { readonly op: 'store'; readonly from: string; readonly name: string }
  | { readonly op: 'unstore'; readonly name: string }
  /** Put what the baggage has under the name into the slot, if it has anything. */
  | { readonly op: 'fetch'; readonly name: string; readonly slot: string }
  | { readonly op: 'throw' }
  | { readonly op: 'exit' }
  /** End the vat and undo what this delivery did. */
  | { readonly op: 'fail' }
  /** When the promise in the slot is fulfilled, put its value there and go on with this program. */
  | { readonly op: 'await'; readonly slot: string; readonly program: Program }
  /** Answer with what the slot holds. */
  | { readonly op: 'return'; readonly slot: string };

export type Op = Step['op'];

/** Where an object lives: in the heap, or in rows, for this incarnation or for all. */
export type ObjectKind = 'heap' | 'virtual' | 'durable';

/** A program as it travels. It begins with a bracket, which no encoding of strings gives a meaning to. */
export type ProgramText = string;
export const writeProgram = (program: Program): ProgramText => JSON.stringify(program);
export const parseProgram = (text: ProgramText): Program => JSON.parse(text) as Program;
