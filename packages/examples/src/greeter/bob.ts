/** What alice may ask of bob, whose own source is plain JavaScript. */
export type Bob = {
  greet(name: string): string;
  greeted(): string[];
};
