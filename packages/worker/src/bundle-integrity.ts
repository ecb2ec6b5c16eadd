/** Whether a bundle still is what its id says: ids are hashes of content. For tools; a worker believes the database. */
import { createHash } from 'node:crypto';
// @ts-expect-error the package ships no types
import { decodeBase64 as untypedDecodeBase64 } from '@endo/base64';
import { parseArchive } from '@endo/compartment-mapper/import-archive.js';
import type { VatBundle } from '@cooperage/protocol/worker-port';

const decodeBase64 = untypedDecodeBase64 as (text: string) => Uint8Array;
const sha512 = (data: string | Uint8Array): string => createHash('sha512').update(data).digest('hex');
const HASHED = /^b1-([0-9a-f]{128})$/;

/** What is wrong with the content; undefined when it is whole, or when its id says nothing of it. */
export const findBundleFlaw = async ({ id, format, content }: VatBundle): Promise<string | undefined> => {
  const claimed = HASHED.exec(id)?.[1];
  if (claimed === undefined || sha512(content) === claimed) return undefined;
  if (format !== 'endoZipBase64') return 'its content has another hash than its id says';
  try {
    const { endoZipBase64 } = JSON.parse(content) as { readonly endoZipBase64: string };
    await parseArchive(decodeBase64(endoZipBase64), 'bundle', { expectedSha512: claimed, computeSha512: sha512 });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
