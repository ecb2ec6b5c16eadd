/**
 * The schema: one readable SQL text. Refs are stored as the text that people see (`ko20`, `v1`, `o-50`), booleans as 0 and 1,
 * data as the smallcaps body with its slots in rows of their own, so that "who holds ko20" is a question for SQL.
 *
 * Rules that SQL cannot say (counts, queues, garbage collection) are numbered in `docs/invariants.md` and recomputed by the
 * audit.
 */

import { HISTORY_SQL } from './history-schema.ts';

/** `PRAGMA application_id`: marks the file as a Cooperage kernel (ASCII "COOP"). */
export const APPLICATION_ID = 0x434f4f50;

/** `PRAGMA user_version`: grows with every change of the tables. */
export const SCHEMA_VERSION = 3;

export const TABLES_SQL = `
-- One row per fact about the kernel as a whole: 'crank_number', 'activity_hash', 'turn', 'config', 'bootstrap'.
CREATE TABLE kernel_state (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The next unused number of each kind of id.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  next INTEGER NOT NULL CHECK (next >= 0)
) STRICT, WITHOUT ROWID;

-- What has happened since the kernel was created; saved with each block. Says nothing that a decision depends on.
CREATE TABLE statistics (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Vat source code. Content is the bundle as JSON text; 'function' bundles live in the host's memory and have none.
CREATE TABLE bundles (
  bundle  TEXT PRIMARY KEY,
  format  TEXT NOT NULL,
  content TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Names that the host gave to bundles, for vats that make vats.
CREATE TABLE bundle_names (
  name   TEXT PRIMARY KEY,
  bundle TEXT NOT NULL REFERENCES bundles (bundle)
) STRICT, WITHOUT ROWID;
CREATE INDEX bundle_names_by_bundle ON bundle_names (bundle);

CREATE TABLE vats (
  vat             TEXT PRIMARY KEY,
  name            TEXT NOT NULL,
  state           TEXT NOT NULL CHECK (state IN ('starting', 'running', 'suspended', 'terminated')),
  bundle          TEXT NOT NULL REFERENCES bundles (bundle),
  incarnation     INTEGER NOT NULL,
  worker          TEXT NOT NULL,
  engine          TEXT NOT NULL,
  options         TEXT NOT NULL,
  parameters_body TEXT NOT NULL,
  -- Why it was suspended or terminated, for people.
  problem         TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX vats_by_name ON vats (name) WHERE state <> 'terminated';

-- What changes with every delivery to a vat. A delivery's position in the transcript is its number in the vat's whole history.
CREATE TABLE vat_progress (
  vat              TEXT PRIMARY KEY REFERENCES vats (vat),
  next_object      INTEGER NOT NULL,
  next_promise     INTEGER NOT NULL,
  next_device      INTEGER NOT NULL,
  deliveries       INTEGER NOT NULL,
  transcript_hash  TEXT NOT NULL,
  dirt_deliveries  INTEGER NOT NULL,
  dirt_krefs       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- owner NULL: an orphan. Counts are what audit recomputes from the tables below.
CREATE TABLE objects (
  kref         TEXT PRIMARY KEY,
  owner        TEXT REFERENCES vats (vat),
  reachable    INTEGER NOT NULL CHECK (reachable >= 0),
  recognizable INTEGER NOT NULL CHECK (recognizable >= reachable)
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_by_owner ON objects (owner);

-- Orphans that the upgrade of a vat made: what is sent to them is rejected with an error that says so. Every other orphan lost its
-- vat, or was given up by it.
CREATE TABLE upgrade_orphans (
  kref TEXT PRIMARY KEY,
  vat  TEXT NOT NULL REFERENCES vats (vat)
) STRICT, WITHOUT ROWID;

-- decider NULL on an unresolved promise: the kernel itself, while the message whose result it is waits.
-- body is the value or the reason once settled; its slots are in promise_slots.
CREATE TABLE promises (
  kref       TEXT PRIMARY KEY,
  state      TEXT NOT NULL CHECK (state IN ('unresolved', 'fulfilled', 'rejected')),
  decider    TEXT REFERENCES vats (vat),
  holds      INTEGER NOT NULL CHECK (holds >= 0),
  -- 1: unresolved, and nobody is left who could settle it.
  hopeless   INTEGER NOT NULL CHECK (hopeless IN (0, 1)),
  body       TEXT,
  CHECK ((state = 'unresolved') = (body IS NULL)),
  CHECK (state = 'unresolved' OR decider IS NULL)
) STRICT, WITHOUT ROWID;
CREATE INDEX promises_by_decider ON promises (decider) WHERE decider IS NOT NULL;

CREATE TABLE promise_slots (
  promise  TEXT NOT NULL REFERENCES promises (kref),
  position INTEGER NOT NULL,
  kref     TEXT NOT NULL,
  PRIMARY KEY (promise, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX promise_slots_by_kref ON promise_slots (kref);

CREATE TABLE subscriptions (
  promise TEXT NOT NULL REFERENCES promises (kref),
  vat     TEXT NOT NULL REFERENCES vats (vat),
  PRIMARY KEY (promise, vat)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_by_vat ON subscriptions (vat);

-- vref starts with o-, p-, d- for what the vat imports, with o+, p+ for what it exports or decides.
-- reachable 0 on an import: the vat can only recognize it. On an export: the vat was told that nobody reaches it.
CREATE TABLE clists (
  vat       TEXT NOT NULL REFERENCES vats (vat),
  kref      TEXT NOT NULL,
  vref      TEXT NOT NULL,
  reachable INTEGER NOT NULL CHECK (reachable IN (0, 1)),
  PRIMARY KEY (vat, kref)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX clists_by_vref ON clists (vat, vref);
CREATE INDEX clists_by_kref ON clists (kref);

-- A message that waits, in the run queue or for a promise. body encodes [method, args].
CREATE TABLE messages (
  message INTEGER PRIMARY KEY,
  target  TEXT NOT NULL,
  body    TEXT NOT NULL,
  result  TEXT
) STRICT;
CREATE INDEX messages_by_target ON messages (target);
CREATE INDEX messages_by_result ON messages (result) WHERE result IS NOT NULL;

CREATE TABLE message_slots (
  message  INTEGER NOT NULL REFERENCES messages (message),
  position INTEGER NOT NULL,
  kref     TEXT NOT NULL,
  PRIMARY KEY (message, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_slots_by_kref ON message_slots (kref);

-- An upgrade that was asked for and waits in the run queue. options: what changes. parameters_body NULL: the vat keeps its parameters.
-- message: what those are told who wait for promises that the old incarnation decided. heap: 'stop' lets the old incarnation let go
-- of what only its heap holds; 'discard' leaves that held, for a vat that cannot be replayed. result: who is told what became of it.
CREATE TABLE upgrades (
  upgrade         INTEGER PRIMARY KEY,
  vat             TEXT NOT NULL REFERENCES vats (vat),
  bundle          TEXT NOT NULL REFERENCES bundles (bundle),
  options         TEXT NOT NULL,
  parameters_body TEXT,
  message         TEXT NOT NULL,
  heap            TEXT NOT NULL CHECK (heap IN ('stop', 'discard')),
  result          TEXT NOT NULL CHECK (result IN ('host', 'watcher', 'nobody'))
) STRICT;
CREATE INDEX upgrades_by_vat ON upgrades (vat);

CREATE TABLE upgrade_slots (
  upgrade  INTEGER NOT NULL REFERENCES upgrades (upgrade),
  position INTEGER NOT NULL,
  kref     TEXT NOT NULL,
  PRIMARY KEY (upgrade, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX upgrade_slots_by_kref ON upgrade_slots (kref);

-- What became of upgrades that the host asked for, until it has read that. incarnation: the one that runs since.
CREATE TABLE upgrade_outcomes (
  upgrade     INTEGER PRIMARY KEY,
  vat         TEXT NOT NULL REFERENCES vats (vat),
  outcome     TEXT NOT NULL CHECK (outcome IN ('upgraded', 'failed')),
  incarnation INTEGER NOT NULL,
  problem     TEXT,
  CHECK ((outcome = 'failed') = (problem IS NOT NULL))
) STRICT;

-- First in, first out. parked_for: the suspended vat that the item waits for; its place in the order is kept.
CREATE TABLE run_queue (
  position   INTEGER PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('message', 'notify', 'start-vat', 'upgrade-vat')),
  message    INTEGER REFERENCES messages (message),
  vat        TEXT REFERENCES vats (vat),
  promise    TEXT REFERENCES promises (kref),
  upgrade    INTEGER UNIQUE REFERENCES upgrades (upgrade),
  parked_for TEXT REFERENCES vats (vat),
  CHECK ((kind = 'message') = (message IS NOT NULL)),
  CHECK ((kind = 'notify') = (promise IS NOT NULL)),
  CHECK ((kind = 'upgrade-vat') = (upgrade IS NOT NULL)),
  CHECK (kind = 'message' OR vat IS NOT NULL)
) STRICT;
CREATE INDEX run_queue_ready ON run_queue (position) WHERE parked_for IS NULL;
CREATE INDEX run_queue_parked ON run_queue (parked_for) WHERE parked_for IS NOT NULL;
CREATE INDEX run_queue_by_message ON run_queue (message) WHERE message IS NOT NULL;
CREATE INDEX run_queue_by_promise ON run_queue (promise) WHERE promise IS NOT NULL;
CREATE INDEX run_queue_by_vat ON run_queue (vat) WHERE vat IS NOT NULL;

-- Messages to a promise that wait until it settles.
CREATE TABLE promise_queue (
  promise  TEXT NOT NULL REFERENCES promises (kref),
  position INTEGER NOT NULL,
  message  INTEGER NOT NULL UNIQUE REFERENCES messages (message),
  PRIMARY KEY (promise, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE gc_actions (
  vat    TEXT NOT NULL REFERENCES vats (vat),
  action TEXT NOT NULL CHECK (action IN ('dropExport', 'retireExport', 'retireImport')),
  kref   TEXT NOT NULL,
  PRIMARY KEY (vat, action, kref)
) STRICT, WITHOUT ROWID;

CREATE TABLE reap_queue (
  position INTEGER PRIMARY KEY,
  vat      TEXT NOT NULL UNIQUE REFERENCES vats (vat)
) STRICT;

-- Vats whose last BOYD had more to let go of than one delivery may: another one goes on with it.
CREATE TABLE unfinished_reaps (
  position INTEGER PRIMARY KEY,
  vat      TEXT NOT NULL UNIQUE REFERENCES vats (vat)
) STRICT;

-- Terminated vats whose rows are still being removed, first come first served.
CREATE TABLE cleanup_queue (
  position INTEGER PRIMARY KEY,
  vat      TEXT NOT NULL UNIQUE REFERENCES vats (vat)
) STRICT;

-- Stored objects that nothing anywhere can reach, although stored data still cites them: found by a collection of cycles, told to
-- their vat by its next BOYD.
CREATE TABLE condemned (
  vat  TEXT NOT NULL REFERENCES vats (vat),
  vref TEXT NOT NULL,
  PRIMARY KEY (vat, vref)
) STRICT, WITHOUT ROWID;

-- What is held for reasons outside the vats: 'root' (a vat's root object), 'host' (a KernelRef that the running host holds; freed
-- at the next open if the host died), 'result' (the answer to a message from the host, kept until the host releases it).
CREATE TABLE pins (
  kref   TEXT NOT NULL,
  reason TEXT NOT NULL CHECK (reason IN ('root', 'host', 'result')),
  PRIMARY KEY (kref, reason)
) STRICT, WITHOUT ROWID;

-- The parameters that a vat was started with, kept for the rest of the incarnation.
CREATE TABLE parameter_slots (
  vat      TEXT NOT NULL REFERENCES vats (vat),
  position INTEGER NOT NULL,
  kref     TEXT NOT NULL,
  PRIMARY KEY (vat, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX parameter_slots_by_kref ON parameter_slots (kref);

-- Keys compare by bytes of UTF-8.
CREATE TABLE vatstore (
  vat   TEXT NOT NULL REFERENCES vats (vat),
  key   TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (vat, key)
) STRICT, WITHOUT ROWID;

-- Every delivery in the vat's own refs, the syscalls that it made with their results, and how it ended, as JSON.
CREATE TABLE transcripts (
  vat         TEXT NOT NULL REFERENCES vats (vat),
  position    INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  crank       INTEGER NOT NULL,
  delivery    TEXT NOT NULL,
  syscalls    TEXT NOT NULL,
  outcome     TEXT NOT NULL,
  PRIMARY KEY (vat, position)
) STRICT;

-- Host code that vats call synchronously. Its methods are the host's; parameters_body is what it was made with.
CREATE TABLE devices (
  device          TEXT PRIMARY KEY,
  parameters_body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What vats know of a device: its root node (kind 'root', no id), and nodes that it made. They live as long as the device.
CREATE TABLE device_nodes (
  kref   TEXT PRIMARY KEY,
  device TEXT NOT NULL REFERENCES devices (device),
  kind   TEXT NOT NULL,
  id     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX device_nodes_by_name ON device_nodes (device, kind, id);

-- All that a device remembers. body is a value; what it cites is in device_state_slots, and held until the key is overwritten.
CREATE TABLE device_state (
  device TEXT NOT NULL REFERENCES devices (device),
  key    TEXT NOT NULL,
  entry  INTEGER NOT NULL UNIQUE,
  body   TEXT NOT NULL,
  PRIMARY KEY (device, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_state_slots (
  entry    INTEGER NOT NULL REFERENCES device_state (entry),
  position INTEGER NOT NULL,
  kref     TEXT NOT NULL,
  PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX device_state_slots_by_kref ON device_state_slots (kref);

-- Vats that were made by a vat. watcher is told what becomes of each; NULL: it was told the last. verdict_body: why the vat is to end
-- in the next crank. Its row in vats goes with this one when it has been cleaned up.
CREATE TABLE dynamic_vats (
  vat          TEXT PRIMARY KEY REFERENCES vats (vat),
  watcher      TEXT,
  verdict_body TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX dynamic_vats_condemned ON dynamic_vats (vat) WHERE verdict_body IS NOT NULL;
CREATE INDEX dynamic_vats_by_watcher ON dynamic_vats (watcher) WHERE watcher IS NOT NULL;

CREATE TABLE verdict_slots (
  vat      TEXT NOT NULL REFERENCES dynamic_vats (vat),
  position INTEGER NOT NULL,
  kref     TEXT NOT NULL,
  PRIMARY KEY (vat, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX verdict_slots_by_kref ON verdict_slots (kref);
${HISTORY_SQL}`;

export const VIEWS_SQL = `
-- Everything that keeps a kref: one row per holder and place. strength: 'strong' or 'weak' (can only recognize it).
CREATE VIEW holders AS
  SELECT kref, 'c-list' AS holder_kind, vat AS holder, vref AS detail,
      CASE reachable WHEN 1 THEN 'strong' ELSE 'weak' END AS strength
    FROM clists WHERE kref LIKE 'ko%' AND vref LIKE 'o-%'
  UNION ALL SELECT kref, 'c-list', vat, vref, 'strong' FROM clists WHERE kref NOT LIKE 'ko%'
  UNION ALL SELECT target, 'message target', 'm' || message, '', 'strong' FROM messages
  UNION ALL SELECT result, 'message result', 'm' || message, '', 'strong' FROM messages WHERE result IS NOT NULL
  UNION ALL SELECT kref, 'message argument', 'm' || message, 'slot ' || position, 'strong' FROM message_slots
  UNION ALL SELECT kref, 'promise data', promise, 'slot ' || position, 'strong' FROM promise_slots
  UNION ALL SELECT kref, 'vat parameters', vat, 'slot ' || position, 'strong' FROM parameter_slots
  UNION ALL SELECT kref, 'upgrade parameters', 'upgrade ' || upgrade, 'slot ' || position, 'strong' FROM upgrade_slots
  UNION ALL SELECT s.kref, 'device state', d.device, d.key, 'strong'
    FROM device_state_slots s JOIN device_state d ON d.entry = s.entry
  UNION ALL SELECT watcher, 'watcher', vat, '', 'strong' FROM dynamic_vats WHERE watcher IS NOT NULL
  UNION ALL SELECT kref, 'verdict', vat, 'slot ' || position, 'strong' FROM verdict_slots
  UNION ALL SELECT promise, 'queued notify', vat, 'position ' || position, 'strong' FROM run_queue WHERE kind = 'notify'
  UNION ALL SELECT kref, 'pin', reason, '', 'strong' FROM pins;

-- Objects with the exporting vat's name for them, and who imports them.
CREATE VIEW objects_view AS
  SELECT o.kref, o.owner, v.name AS owner_name, e.vref, o.reachable, o.recognizable,
    CASE
      WHEN EXISTS (SELECT 1 FROM pins p WHERE p.kref = o.kref AND p.reason = 'root') THEN 'root'
      WHEN o.owner IS NULL THEN 'orphaned'
      WHEN o.reachable > 0 THEN 'reachable'
      WHEN o.recognizable > 0 THEN 'recognizable'
      ELSE 'unreferenced'
    END AS state,
    (SELECT group_concat(vat, ' ') FROM (
      SELECT vat FROM clists i WHERE i.kref = o.kref AND i.vref LIKE 'o-%' ORDER BY CAST(substr(vat, 2) AS INTEGER))) AS importers
  FROM objects o
  LEFT JOIN vats v ON v.vat = o.owner
  LEFT JOIN clists e ON e.vat = o.owner AND e.kref = o.kref;

-- What waits, in the order in which it will run.
CREATE VIEW queue_view AS
  SELECT q.position, q.kind, coalesce(q.parked_for, '') AS parked_for, m.target, m.body, m.result, q.vat, q.promise, q.upgrade
  FROM run_queue q LEFT JOIN messages m ON m.message = q.message
  ORDER BY q.position;

-- Rows per vat.
CREATE VIEW vat_sizes AS
  SELECT v.vat, v.name, v.state,
    (SELECT count(*) FROM clists c WHERE c.vat = v.vat AND c.vref LIKE 'o-%') AS imports,
    (SELECT count(*) FROM clists c WHERE c.vat = v.vat AND c.vref LIKE 'o+%') AS exports,
    (SELECT count(*) FROM clists c WHERE c.vat = v.vat AND c.vref LIKE 'p%') AS promises,
    (SELECT count(*) FROM vatstore s WHERE s.vat = v.vat) AS stored_keys,
    (SELECT count(*) FROM transcripts t WHERE t.vat = v.vat) AS deliveries
  FROM vats v;
`;
