/** Sets up games of chess between two players, and remembers none: what a game is made of holds itself together, over three vats. */
import { E, Far } from '@cooperage/vat';
import type { Board, Player, Seat } from './vat-player.ts';

const makeBoard = () => {
  let seats: readonly Seat[] = [];
  let settle: (result: string) => void = () => {};
  const result = new Promise<string>(resolve => {
    settle = resolve;
  });
  // The board is all that could ever settle the result; players who wait for it hold the board.
  const board: Board = Far('board', { seats: () => seats, adjourn: (how: string) => settle(how) });
  const take = (taken: readonly Seat[]): void => {
    seats = harden(taken);
  };
  return { board, result, take };
};

export const buildRootObject = () =>
  Far('club', {
    /** Begins games that nobody will finish. */
    begin: async (white: Player, black: Player, games: number) => {
      for (let game = 0; game < games; game += 1) {
        const { board, result, take } = makeBoard();
        const [mine, theirs] = await Promise.all([E(white).sit(board), E(black).sit(board)]);
        take([mine, theirs]);
        await Promise.all([E(mine).face(theirs, result), E(theirs).face(mine, result)]);
        // Each has the other's score sheet, on which the other wrote down whom he plays.
        await Promise.all([E(mine).take(await E(theirs).sheet()), E(theirs).take(await E(mine).sheet())]);
      }
    },
  });
