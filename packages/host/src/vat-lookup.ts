/** Finds vats by name, and says what became of those that are not there. */
import { CooperageError } from '@cooperage/protocol/errors';
import type { Tables } from '@cooperage/store/tables/tables';
import type { VatRow } from '@cooperage/store/tables/vats';
import { suggest } from './nearest-word.ts';

/** The vat of that name; throws ERR_VAT_NOT_FOUND, or ERR_VAT_STATE when it has ended. */
export const getVatByName = (tables: Tables, name: string): VatRow => {
  const row = tables.vats.findByName(name);
  if (row !== undefined) return row;
  const rows = tables.vats.list();
  const ended = rows.findLast(candidate => candidate.name === name);
  if (ended !== undefined) {
    throw new CooperageError(
      'ERR_VAT_STATE',
      `vat "${name}" (${ended.vat}) was terminated: ${ended.problem ?? 'no reason was given'}`,
      {
        subject: name,
        remedy: 'Its name is free again: installVat makes another.',
      },
    );
  }
  const names = rows.filter(({ state }) => state !== 'terminated').map(candidate => candidate.name);
  throw new CooperageError('ERR_VAT_NOT_FOUND', `there is no vat named "${name}"`, {
    subject: name,
    remedy: suggest(name, names),
  });
};
