/** CPU and wall time of one act. Figures are for people: nothing asserts on them. */

export type Measurement<Result> = { readonly result: Result; readonly cpuMs: number; readonly wallMs: number };

/** Runs `act` once; CPU time is that of the whole process, in milliseconds. */
export const measure = async <Result>(act: () => Promise<Result>): Promise<Measurement<Result>> => {
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  const result = await act();
  const wallMs = performance.now() - wallBefore;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { result, cpuMs: (user + system) / 1000, wallMs };
};

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** `median [smallest-largest]`. */
export const summarize = (values: readonly number[]): string =>
  `${round(median(values))} [${round(Math.min(...values))}-${round(Math.max(...values))}]`;
