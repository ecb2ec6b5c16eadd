/**
 * The manifest of an export: what state it is, and every artifact with its hash. It is written last, so a folder without one is no export.
 * An artifact is a file of JSON lines: the names of the columns, then one line per row, in the order of the primary key. The same state
 * gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@cooperage/protocol/canonical-json';
import { CooperageError } from '@cooperage/protocol/errors';
import { SCHEMA_VERSION } from './schema.ts';

export const MANIFEST = 'manifest.json';
const FORMAT = 'cooperage-export';
const VERSION = 1;

export type Artifact = {
  /** Within the folder: `tables/objects.jsonl`, or `vats/v1/vatstore.jsonl` for the part of one vat. */
  readonly file: string;
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
};

export type Manifest = {
  readonly format: typeof FORMAT;
  readonly version: typeof VERSION;
  readonly schemaVersion: number;
  /** The number of the next crank. */
  readonly crank: number;
  readonly activityHash: string;
  /** By file name. */
  readonly artifacts: readonly Artifact[];
  /** Of the canonical JSON of all the rest: it names the whole export. */
  readonly sha256: string;
};

const ARTIFACT_FILE = /^(tables|vats\/v[1-9][0-9]*)\/([a-z_]+)\.jsonl$/;

export const makeExportError = (subject: string, problem: string, remedy: string, cause?: unknown): CooperageError =>
  new CooperageError('ERR_EXPORT', problem, { subject, remedy, cause });

const digest = (value: object): string => createHash('sha256').update(canonicalJson(value)).digest('hex');

type Contents = Pick<Manifest, 'crank' | 'activityHash' | 'artifacts'>;

export const makeManifest = ({ crank, activityHash, artifacts }: Contents): Manifest => {
  const rest = { format: FORMAT, version: VERSION, schemaVersion: SCHEMA_VERSION, crank, activityHash, artifacts } as const;
  return { ...rest, sha256: digest(rest) };
};

export const manifestToText = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

const isArtifact = (value: unknown): value is Artifact => {
  const { file, table, rows, bytes, sha256 } = (value ?? {}) as Partial<Artifact>;
  const isCount = (number: unknown): boolean => Number.isSafeInteger(number) && (number as number) >= 0;
  if (typeof file !== 'string' || ARTIFACT_FILE.exec(file)?.[2] !== table) return false;
  return isCount(rows) && isCount(bytes) && /^[0-9a-f]{64}$/.test(String(sha256));
};

const parse = (path: string): Record<string, unknown> => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw makeExportError(path, `there is no export: ${path} cannot be read`, 'name a folder that an export has written', cause);
  }
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw makeExportError(path, `${path} is no manifest: it is not JSON`, 'take the export from a copy');
};

/** Reads and checks the manifest of the folder `directory`. The artifacts are checked as they are read. */
export const readManifest = (directory: string): Manifest => {
  const path = join(directory, MANIFEST);
  const { sha256, ...rest } = parse(path);
  if (rest['format'] !== FORMAT)
    throw makeExportError(path, `${path} is no manifest of a Cooperage export`, 'name another folder');
  if (rest['version'] !== VERSION) {
    const problem = `${path} has version ${String(rest['version'])}; this Cooperage reads version ${VERSION}`;
    throw makeExportError(path, problem, 'use the Cooperage that wrote it');
  }
  const { artifacts } = rest;
  if (digest(rest) !== sha256 || !Array.isArray(artifacts) || !artifacts.every(isArtifact)) {
    throw makeExportError(path, `${path} is damaged: its own hash differs`, 'take the export from a copy');
  }
  if (rest['schemaVersion'] !== SCHEMA_VERSION) {
    const problem = `${path} is of schema version ${String(rest['schemaVersion'])}; this Cooperage has version ${SCHEMA_VERSION}`;
    throw makeExportError(path, problem, 'import it with the Cooperage that wrote it');
  }
  return { ...rest, sha256 } as Manifest;
};
