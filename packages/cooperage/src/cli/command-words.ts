/** Remedies name what a kernel script would call; who sits at the command line has commands for most of that. */

export const REPLACED: readonly (readonly [ofScripts: RegExp, ofCommands: string])[] = [
  [/with rehearse: true it is tried and undone/, 'with --rehearse it is tried and undone'],
  [/To get it later, use send\(\) and promise\(\)/, 'To get it later, use send --queue and answer'],
  [/installVat makes another/, 'a kernel script makes another, with installVat'],
  [/make it in the running kernel with kernel\.installVat\(name, spec\)/, 'make it in a kernel script, with installVat'],
  [
    /Let it go on with resumeVat, or queue the message with send/,
    'Let it go on with upgrade, or queue the message with send --queue',
  ],
  [/end it in the running kernel with kernel\.terminateVat\(name, reason\)/, 'end it with cooperage terminate'],
  [/open with sources: 'stored' and call kernel\.upgradeVat\(.*?\), or use cooperage upgrade/, 'use cooperage upgrade'],
  [/leave out `vats` and call kernel\.upgradeVat\(.*?\),/, 'give it the new ones with cooperage upgrade,'],
  [
    /Open it again and, before run\(\), call suspendVat\(.*\) to let the vat wait, and upgradeVat\(.*\) to let it go on/,
    'Use cooperage upgrade, which comes before what is queued, to let it go on',
  ],
];

export const toCommandWords = (remedy: string): string =>
  REPLACED.reduce((text, [ofScripts, ofCommands]) => text.replace(ofScripts, () => ofCommands), remedy);
