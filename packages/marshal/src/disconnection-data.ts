/**
 * What those are told who wait for promises that a vat decided before it was upgraded: a plain record, the same that SwingSet sends,
 * so that libraries recognize it. Plain text like `error-data.ts`, for the same reason. The kernel is the caller.
 */
import type { CapData } from '@cooperage/protocol/capdata';
import { escapeSmallcapsString } from './smallcaps-text.ts';

/** `incarnation` is the one that is over. */
export const makeDisconnectionData = (upgradeMessage: string, incarnation: number): CapData<never> => {
  const message = JSON.stringify(escapeSmallcapsString(upgradeMessage));
  return { body: `#{"incarnationNumber":${incarnation},"name":"vatUpgraded","upgradeMessage":${message}}`, slots: [] };
};
