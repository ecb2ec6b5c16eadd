export const buildRootObject = () => new Promise(() => {});
