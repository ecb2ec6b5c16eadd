// Recurses until the engine's stack ends, and tells how deep that was.
import { Far } from '@endo/far';

const dig = depth => {
  try {
    return dig(depth + 1);
  } catch {
    return depth;
  }
};

export const buildRootObject = () =>
  Far('deep', {
    measure: () => dig(0),
    warmUp: () => {
      let sum = 0;
      for (let i = 0; i < 2_000; i += 1) sum += dig(0);
      return sum > 0;
    },
  });
