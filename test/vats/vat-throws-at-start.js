export const buildRootObject = () => {
  throw Error('broken in buildRootObject');
};
