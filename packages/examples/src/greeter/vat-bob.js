/** Bob greets, in the words that he was given, and remembers whom. His memory is his heap: nothing here saves anything. */
import { Far } from '@endo/far';

export const buildRootObject = (_vatPowers, { greeting }) => {
  const greeted = [];
  return Far('bob', {
    greet: name => {
      greeted.push(name);
      return `${greeting}, ${name}`;
    },
    greeted: () => harden([...greeted]),
  });
};
