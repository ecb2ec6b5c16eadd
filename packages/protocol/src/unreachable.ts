/** Closes a switch: the compiler proves that no case is missing, and a value that slips past the types is named. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable case: ${JSON.stringify(value)}`);
};
