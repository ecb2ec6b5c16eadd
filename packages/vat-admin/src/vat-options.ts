/** Options as the callers of the service give them. The device knows which settings there are, and refuses all others by name. */
export type Options = Readonly<Record<string, unknown>>;

export const omitUndefined = (options: Options): Options =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

export const insistNoMore = (options: Options): void => {
  const names = Object.keys(options);
  if (names.length > 0) throw new TypeError(`unknown options: ${names.join(', ')}`);
};

/** `reapInterval` is another way to say how many deliveries a vat may have before it is reaped. */
export const toSettings = ({ reapInterval, ...settings }: Options): Options =>
  reapInterval === undefined
    ? settings
    : { ...settings, reap: { ...(settings['reap'] as Options | undefined), deliveries: reapInterval } };
