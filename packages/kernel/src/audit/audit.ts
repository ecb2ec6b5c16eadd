/**
 * The audit: every count recomputed from the rows that hold, every rule about tables checked, from first principles. It shares no
 * code with the parts that it audits, and only reads, so it runs on a live kernel, on a copy, and from the command line.
 */
import type { Tables } from '@cooperage/store/tables/tables';
import { auditClists } from './clists.ts';
import { auditCounts } from './counts.ts';
import { auditDevices, auditDynamicVats } from './devices.ts';
import type { Finding } from './finding.ts';
import { auditPromises } from './promises.ts';
import { auditQueues } from './queues.ts';
import { readTables } from './reading.ts';
import { auditVats } from './vats.ts';

export type { Finding } from './finding.ts';

/** Everything that is wrong; empty when all is well. Looks at the tables between cranks. */
export const auditTables = (tables: Tables): Finding[] => {
  const findings: Finding[] = [];
  const report = (invariant: Finding['invariant'], subject: string, problem: string): void => {
    findings.push({ invariant, subject, problem });
  };
  const reading = readTables(tables);
  for (const part of [auditClists, auditCounts, auditPromises, auditQueues, auditVats, auditDevices, auditDynamicVats])
    part(reading, report);
  return findings;
};
