/** CPU and wall time of one act. Figures are for people: nothing asserts on them. */

export type Measurement<Result> = { readonly result: Result; readonly cpuMs: number; readonly wallMs: number };

/** Milliseconds of CPU of the whole process. */
export const cpuMsSince = (began: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
};

/** Runs `act` once. */
export const measure = async <Result>(act: () => Promise<Result>): Promise<Measurement<Result>> => {
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  const result = await act();
  const wallMs = performance.now() - wallBefore;
  return { result, cpuMs: cpuMsSince(cpuBefore), wallMs };
};

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

export const round = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

/** `median [smallest-largest]`. */
export const summarize = (values: readonly number[]): string => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? round(least) : `${round(median(values))} [${round(least)}-${round(most)}]`;
};
