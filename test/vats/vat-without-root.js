export const buildRootObject = () => ({ plain: true });
