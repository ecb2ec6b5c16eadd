/** Guesses what was meant by a word that is not known. For error texts. */

const distance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
};

/** The known word that differs least from `word`; undefined when none is near. Case counts little. */
export const findNearestWord = (word: string, known: readonly string[]): string | undefined => {
  let nearest: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < least) {
      least = d;
      nearest = candidate;
    }
  }
  return nearest;
};

/** `did you mean "source"? ` or what is known at all. */
export const suggest = (word: string, known: readonly string[]): string => {
  const nearest = findNearestWord(word, known);
  if (nearest !== undefined) return `Did you mean "${nearest}"?`;
  return known.length === 0 ? 'None are known here.' : `Known: ${known.join(', ')}.`;
};
