/**
 * Which database files this process has open. POSIX drops all of a process's locks on a file when the process closes any handle
 * to it, so a file that SQLite has open must not be opened and closed here by other means: whoever wants to asks this register
 * first. Databases are opened from one thread of a process.
 */
type Claim = 'read' | 'write';
const claims = new Map<string, Claim[]>();

/** Notes that SQLite has the file open; the result takes the note back. `path` has no links in it. */
export const claimFile = (path: string, claim: Claim): (() => void) => {
  claims.set(path, [...(claims.get(path) ?? []), claim]);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    const rest = [...(claims.get(path) ?? [])];
    rest.splice(rest.indexOf(claim), 1);
    if (rest.length === 0) claims.delete(path);
    else claims.set(path, rest);
  };
};

export const isOpen = (path: string): boolean => claims.has(path);
export const isWritten = (path: string): boolean => claims.get(path)?.includes('write') ?? false;
