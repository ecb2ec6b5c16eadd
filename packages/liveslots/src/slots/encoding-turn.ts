/**
 * The right to hand out numbers while data is encoded. Only one encoding has it at a time: encoding can run code of the vat (traps of
 * a proxy), and what that tried to send or to store would take the numbers that are being handed out.
 */
export class EncodingTurn {
  #isTaken = false;

  run<Result>(encode: () => Result): Result {
    if (this.#isTaken) throw new Error('nothing can be sent or stored while other data is being encoded');
    this.#isTaken = true;
    try {
      return encode();
    } finally {
      this.#isTaken = false;
    }
  }
}
