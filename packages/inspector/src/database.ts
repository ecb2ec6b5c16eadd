/**
 * The one door to a database: what every question here is asked of. A file is opened so that it is never written; a running kernel
 * hands in a view of its own store instead.
 */
export { openReadOnly as openDatabase, type ReadOnlyStore } from '@cooperage/store/read-only';
