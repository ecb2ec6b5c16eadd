/** Plays rings through every kind of edge, each play in a kernel of its own, and says what came of them as one line of JSON. */
import { openKernel, type KernelController, type KernelOptions } from 'cooperage';
import { findMissing, playFalse, playHeld, playLoose, type EdgePlays } from './edge-rings.ts';

const [sources = ''] = process.argv.slice(2);
const vats = JSON.parse(sources) as NonNullable<KernelOptions['vats']>;

const play = async <Result>(act: (kernel: KernelController) => Promise<Result>): Promise<Result> => {
  const kernel = await openKernel({ database: ':memory:', vats, console: 'silent' });
  try {
    return await act(kernel);
  } finally {
    await kernel.close();
  }
};

const plays: EdgePlays = {
  loose: await play(playLoose),
  edgeHeld: await play(kernel => playHeld(kernel, 'edge')),
  holderHeld: await play(kernel => playHeld(kernel, 'holder')),
  falsely: await play(playFalse),
  missing: await play(findMissing),
};
console.log(JSON.stringify(plays));
