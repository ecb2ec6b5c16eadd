/** `cooperage audit <database>`: is the file whole, and does every count equal its recount? Never writes. */
import { auditDatabase } from '@cooperage/host/audit-database';
import { findUnsoundness } from '@cooperage/inspector/soundness';
import { describeThrown, EXIT } from '../failure.ts';
import { withDatabase } from '../inspected-database.ts';
import { countText } from '../quantities.ts';
import { Sheet } from '../sheet.ts';
import type { Terminal } from '../terminal.ts';

type AuditFinding = { readonly invariant: string; readonly subject: string; readonly problem: string };

/** The findings of a file that is not whole; the kernel's audit of it would mislead. */
const toFileFinding = (problem: string): AuditFinding => ({ invariant: 'file', subject: 'database', problem });

export const audit = async (database: string, terminal: Terminal): Promise<number> => {
  const findings = withDatabase(database, store =>
    store.inSnapshot((): readonly AuditFinding[] => {
      const unsound = findUnsoundness(store);
      if (unsound.length > 0) return unsound.map(toFileFinding);
      try {
        return auditDatabase(store);
      } catch (error) {
        // Rows so wrong that the audit itself lost its way are a finding too.
        return [{ invariant: 'audit', subject: 'database', problem: `cannot go on: ${describeThrown(error).message}` }];
      }
    }),
  );
  if (terminal.json) terminal.printJson({ findings });
  else if (findings.length === 0) terminal.print('no findings');
  else showFindings(findings, terminal);
  return findings.length === 0 ? EXIT.ok : EXIT.failure;
};

const showFindings = (findings: readonly AuditFinding[], terminal: Terminal): void => {
  const sheet = new Sheet(terminal, { full: true });
  sheet.table(
    [
      { title: 'invariant', cell: row => row.invariant },
      { title: 'subject', cell: row => row.subject },
      { title: 'problem', cell: row => row.problem },
    ],
    findings,
  );
  sheet.note(`${countText(findings.length, 'finding')}; docs/invariants.md explains each invariant`);
};
