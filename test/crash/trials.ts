/** What may go wrong with a disk and with memory: the faults that the fault injector lets happen, at each operation in turn. */
import { constants } from 'node:os';
import type { Trial } from './injector.ts';
import type { Fault } from './shim.ts';

const { ENOSPC, EIO, EMFILE, EACCES, ENOMEM, EAGAIN } = constants.errno;
const BEGINNINGS = ['nothing', 'closed', 'killed'] as const;
const TIMES = ['once', 'forever'] as const;

type Kind = { readonly name: string; readonly kinds: Fault['kinds']; readonly errno: number; readonly short?: true };

const DISK: readonly Kind[] = [
  { name: 'a full disk', kinds: ['write', 'truncate'], errno: ENOSPC },
  { name: 'half a write, then a full disk', kinds: ['write'], errno: ENOSPC, short: true },
  { name: 'a failed write', kinds: ['write', 'truncate'], errno: EIO },
  { name: 'half a write, then a failed one', kinds: ['write'], errno: EIO, short: true },
  { name: 'a failed sync', kinds: ['sync'], errno: EIO },
  { name: 'a sync of a full disk', kinds: ['sync'], errno: ENOSPC },
  { name: 'a failed read', kinds: ['read'], errno: EIO },
  { name: 'too many open files', kinds: ['open'], errno: EMFILE },
  { name: 'a refused opening', kinds: ['open'], errno: EACCES },
  { name: 'a file that cannot be made', kinds: ['open'], errno: ENOSPC },
  { name: 'a failed removal', kinds: ['unlink'], errno: EIO },
  { name: 'a failed renaming', kinds: ['rename'], errno: ENOSPC },
  { name: 'a failed mapping', kinds: ['map'], errno: ENOMEM },
  { name: 'a lock that another holds', kinds: ['lock'], errno: EAGAIN },
  { name: 'a failed lock', kinds: ['lock'], errno: EIO },
  {
    name: 'a disk that is gone',
    kinds: ['open', 'read', 'write', 'truncate', 'sync', 'unlink', 'rename', 'map', 'lock'],
    errno: EIO,
  },
];

const MEMORY: readonly Kind[] = [{ name: 'no memory', kinds: ['memory'], errno: ENOMEM }];

export type StridingTrial = Trial & { readonly stride: number };

const combine = (kinds: readonly Kind[], { seed, stride }: { seed: number; stride: number }): StridingTrial[] =>
  kinds.flatMap(({ name, ...fault }) =>
    BEGINNINGS.flatMap(beginning =>
      TIMES.map(times => ({ name: `${name}, ${times}`, beginning, seed, stride, fault: { ...fault, times } })),
    ),
  );

export const listDiskTrials = (seed: number, stride: number): StridingTrial[] => combine(DISK, { seed, stride });
export const listMemoryTrials = (seed: number, stride: number): StridingTrial[] => combine(MEMORY, { seed, stride });
