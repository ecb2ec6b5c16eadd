/**
 * Plays chess. Each game is a seat in memory, a score sheet in the database, and a note about the opponent under a weak key. The player
 * keeps no list of games: only the other parts of a game lead to its parts.
 */
import { Far, makeScalarBigMapStore, provideDurableWeakMapStore, type BuildRootObject, type MapStore } from '@cooperage/vat';

/** What a club deals out to those who play each other. */
export type Board = { seats(): readonly Seat[]; adjourn(result: string): void };
export type Sheet = MapStore<string, Seat>;
export type Seat = {
  board(): Board;
  face(opponent: Seat, result: Promise<string>): void;
  sheet(): Sheet;
  take(sheet: Sheet): void;
  state(): readonly unknown[];
};
export type Player = { sit(board: Board): Seat };

export const buildRootObject: BuildRootObject = (_vatPowers, _parameters, baggage) => {
  const notes = provideDurableWeakMapStore<Seat, Sheet>(baggage, 'notes');
  const makeSeat = (board: Board) => {
    const sheet = makeScalarBigMapStore<string, Seat>('sheet', { durable: true });
    let copy: Sheet | undefined;
    let outcome = 'open';
    const seat: Seat = Far('seat', {
      board: () => board,
      face: (opponent: Seat, result: Promise<string>) => {
        sheet.init('opponent', opponent);
        // A weak entry whose value, the sheet, holds its key, the opponent.
        notes.init(opponent, sheet);
        void result.then(
          how => {
            outcome = how;
          },
          () => {},
        );
      },
      sheet: () => sheet,
      take: (theirs: Sheet) => {
        copy = theirs;
      },
      state: () => harden([outcome, copy]),
    });
    return seat;
  };
  return Far('player', { sit: (board: Board) => makeSeat(board) });
};
