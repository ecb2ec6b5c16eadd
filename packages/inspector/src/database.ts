/**
 * The one door to a database: what every question here is asked of. A file is opened so that it is never written; a running kernel
 * hands in a view of its own store instead. `openDatabaseAt` shows it as it was after an earlier crank, if its history reaches there: every
 * question then has the answer of that time (`history.ts` says which cranks, `store/src/past.ts` what is not kept). That is a copy, which
 * costs time and memory like the database: keep it for as long as it is asked, and close it.
 */
export { openReadOnly as openDatabase, openReadOnlyAt as openDatabaseAt, type ReadOnlyStore } from '@cooperage/store/read-only';
