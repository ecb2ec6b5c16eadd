/** Quantities in words. */

const UNITS = ['kB', 'MB', 'GB', 'TB'];

/** `812 bytes`, `4.1 kB`, `1.2 GB`. */
export const bytesText = (bytes: number | null): string => {
  if (bytes === null) return '?';
  if (bytes < 1000) return `${bytes} bytes`;
  let value = bytes;
  let unit = -1;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit] ?? ''}`;
};

/** `1 crank`, `2 cranks`. */
export const countText = (count: number, thing: string, things: string = `${thing}s`): string =>
  `${count} ${count === 1 ? thing : things}`;

/** `2 running, 1 suspended`; `none` when there is nothing. */
export const breakdownText = (counts: Readonly<Record<string, number>>): string => {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
};
