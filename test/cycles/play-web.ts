/** Plays random webs by seed, one after the other. */
import { WebWorld } from './web-world.ts';

export type WebFailure = { readonly seed: number; readonly message: string; readonly story: readonly string[] };

/** The first seed that fails; undefined when all `count` from `first` on pass. */
export const playWeb = async (
  first: number,
  count: number,
  tell: (line: string) => void = () => {},
): Promise<WebFailure | undefined> => {
  for (let seed = first; seed < first + count; seed += 1) {
    const world = new WebWorld(seed);
    try {
      await world.play();
      tell(`seed ${seed}: ${world.story.length} acts`);
    } catch (error) {
      return { seed, message: error instanceof Error ? (error.stack ?? error.message) : String(error), story: world.story };
    } finally {
      await world.close().catch(() => {});
    }
  }
  return undefined;
};
