/** Which vat people mean: by id, or by name. A live vat hides dead ones of the same name, a younger dead one an older. */
import { CooperageError } from '@cooperage/protocol/errors';
import { compareByNumber, isVatId, type VatId } from '@cooperage/protocol/refs';
import type { ReadOnlyStore } from '@cooperage/store/read-only';
import { toFields } from './fields.ts';

export type FoundVat = { readonly vat: VatId; readonly name: string; readonly state: string };

const NAMES_SHOWN = 10;
/** A longer name must not hide the others. */
const NAME_LENGTH = 100;
const SELECT = 'SELECT vat, name, state FROM vats';

const readVats = (store: ReadOnlyStore, rest: string, values: readonly string[]): FoundVat[] =>
  store
    .query(`${SELECT} ${rest}`, values)
    .map(toFields)
    .map(row => ({ vat: row.text('vat') as VatId, name: row.text('name'), state: row.text('state') }))
    .sort((a, b) => compareByNumber(a.vat, b.vat));

export const findVat = (store: ReadOnlyStore, idOrName: string): FoundVat | undefined => {
  const [byId] = isVatId(idOrName) ? readVats(store, 'WHERE vat = ?', [idOrName]) : [];
  if (byId !== undefined) return byId;
  const named = readVats(store, 'WHERE name = ?', [idOrName]);
  return named.find(({ state }) => state !== 'terminated') ?? named.at(-1);
};

const shortName = (name: string): string =>
  name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH).replace(/[\ud800-\udbff]$/, '')}…` : name;

/** Throws an error that names the vats there are. */
export const getVat = (store: ReadOnlyStore, idOrName: string): FoundVat => {
  const found = findVat(store, idOrName);
  if (found !== undefined) return found;
  const all = readVats(store, `ORDER BY CAST(substr(vat, 2) AS INTEGER) LIMIT ${NAMES_SHOWN + 1}`, []);
  const names = all.slice(0, NAMES_SHOWN).map(({ vat, name }) => `${vat} (${shortName(name)})`);
  const rest = all.length > NAMES_SHOWN ? ', ...' : '';
  throw new CooperageError('ERR_VAT_NOT_FOUND', `there is no vat "${idOrName}"`, {
    subject: idOrName,
    remedy: all.length === 0 ? 'the database has no vats' : `vats here: ${names.join(', ')}${rest}`,
  });
};
