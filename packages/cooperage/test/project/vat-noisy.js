/** Says something nasty and fails to start. */
export const buildRootObject = () => {
  console.log('noisy \u001b[2J\u202e says');
  throw Error('no root today');
};
