/**
 * A disk that can lose power: for each file what is durable and what was written since, for the folder likewise. Fed with the operations
 * of a recording; at any moment it can be asked what a crash would leave.
 *
 * What it assumes of a real disk: a sync of a file makes its content durable, a sync of the folder its names. Before that, writes and
 * truncations become durable in any order or not at all, by sectors of 512 bytes; bytes outside a write do not change. Names change in
 * order: a crash leaves a prefix of what was done to the folder.
 */
import { closeSync, constants, ftruncateSync, openSync, writeSync } from 'node:fs';
import type { FileOperation } from './recording.ts';

export const SECTOR = 512;
/** SQLite's own while it runs, and empty respectively: no crash makes them matter. */
const IGNORED = /\.lock$|-shm$/;

export type PendingWrite = { readonly id: number } & (
  | { readonly type: 'write'; readonly offset: number; readonly data: Buffer }
  | { readonly type: 'truncate'; readonly size: number }
);

/** What becomes of one pending write: all of it, nothing, or sector by sector. `garbage`: lost sectors hold bytes of it at random. */
export type Fate =
  'kept' | 'lost' | { readonly keepsSector: (sector: number) => boolean; readonly garbage: (() => number) | undefined };

type NameChange =
  | { readonly type: 'create'; readonly path: string; readonly file: DiskFile }
  | { readonly type: 'unlink'; readonly path: string }
  | { readonly type: 'rename'; readonly from: string; readonly to: string };

/** Content that grows in place. */
class Content {
  #bytes = Buffer.alloc(0);
  size = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.size);
  }

  write(offset: number, data: Uint8Array): void {
    const end = offset + data.length;
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(end * 2);
      this.bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.set(data, offset);
    this.size = Math.max(this.size, end);
  }

  truncate(size: number): void {
    if (size > this.size) this.write(size, Buffer.alloc(0));
    else this.#bytes.fill(0, size, this.size);
    this.size = size;
  }
}

/**
 * A file that becomes `base` and what is written then. In place: there are twenty thousand images of some hundred kilobytes, and most of
 * the work would be to copy them about and to give a file its pages anew.
 */
class Image implements Target {
  readonly #handle: number;
  #size: number;

  constructor(path: string, base: Buffer) {
    this.#handle = openSync(path, constants.O_RDWR | constants.O_CREAT);
    this.#size = base.length;
    writeAt(this.#handle, base, 0);
  }

  write(offset: number, data: Uint8Array): void {
    // What stood there before is no part of this image.
    if (offset > this.#size) this.truncate(offset);
    writeAt(this.#handle, data, offset);
    this.#size = Math.max(this.#size, offset + data.length);
  }

  truncate(size: number): void {
    ftruncateSync(this.#handle, Math.min(size, this.#size));
    ftruncateSync(this.#handle, size);
    this.#size = size;
  }

  finish(): void {
    ftruncateSync(this.#handle, this.#size);
  }

  close(): void {
    closeSync(this.#handle);
  }
}

const writeAt = (handle: number, data: Uint8Array, offset: number): void => {
  for (let at = 0; at < data.length;) at += writeSync(handle, data, at, data.length - at, offset + at);
};

export class DiskFile {
  readonly id: number;
  readonly #durable = new Content();
  #pending: PendingWrite[] = [];
  /** Changes whenever the durable content does. */
  syncs = 0;

  constructor(id: number) {
    this.id = id;
  }

  get pending(): readonly PendingWrite[] {
    return this.#pending;
  }

  add(write: PendingWrite): void {
    this.#pending.push(write);
  }

  sync(): void {
    if (this.#pending.length === 0) return;
    for (const write of this.#pending) applyWrite(this.#durable, write, 'kept');
    this.#pending = [];
    this.syncs += 1;
  }

  /** Puts into a file what a crash leaves that deals so with what is not durable. */
  writeAfter(path: string, decide: (write: PendingWrite) => Fate): void {
    const image = new Image(path, this.#durable.bytes);
    try {
      for (const write of this.#pending) applyWrite(image, write, decide(write));
      image.finish();
    } finally {
      image.close();
    }
  }
}

/** What writes go to: content in memory, or an image of it. */
type Target = Pick<Content, 'write' | 'truncate'>;

const applyWrite = (content: Target, write: PendingWrite, fate: Fate): void => {
  if (fate === 'lost') return;
  if (write.type === 'truncate') {
    if (fate === 'kept') content.truncate(write.size);
    return;
  }
  if (fate === 'kept') {
    content.write(write.offset, write.data);
    return;
  }
  const { offset, data } = write;
  for (let at = 0, end: number; at < data.length; at = end) {
    const sector = Math.floor((offset + at) / SECTOR);
    end = Math.min(data.length, (sector + 1) * SECTOR - offset);
    const { garbage } = fate;
    if (fate.keepsSector(sector)) content.write(offset + at, data.subarray(at, end));
    else if (garbage !== undefined) content.write(offset + at, data.subarray(at, end).map(garbage));
  }
};

export class Disk {
  readonly #folder: string;
  #durableNames = new Map<string, DiskFile>();
  #names = new Map<string, DiskFile>();
  #nameChanges: NameChange[] = [];
  #handles = new Map<number, DiskFile | 'folder' | 'ignored'>();
  #nextId = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get nameChanges(): number {
    return this.#nameChanges.length;
  }

  /** The files that a crash leaves when so many of the changes of names that are not durable were done. */
  namesAfter(changes: number): ReadonlyMap<string, DiskFile> {
    const names = new Map(this.#durableNames);
    for (const change of this.#nameChanges.slice(0, changes)) applyName(names, change);
    return names;
  }

  /** Takes in what happened next; whether a crash now can leave anything that a crash before could not. */
  apply(operation: FileOperation): boolean {
    switch (operation.type) {
      case 'open':
        return this.#open(operation);
      case 'close':
        this.#handles.delete(operation.fd);
        return false;
      case 'sync':
        return this.#sync(operation.fd);
      case 'write':
        return this.#write(operation.fd, { type: 'write', offset: operation.offset, data: operation.data, id: this.#takeId() });
      case 'truncate':
        return this.#write(operation.fd, { type: 'truncate', size: operation.size, id: this.#takeId() });
      case 'unlink':
        return this.#changeName({ type: 'unlink', path: operation.path });
      case 'rename':
        return this.#changeName({ type: 'rename', from: operation.from, to: operation.to });
      case 'mark':
        // A new process has no open files.
        if (operation.text === 'start') this.#handles.clear();
        return false;
    }
  }

  #takeId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  #open({ fd, path, flags }: { fd: number; path: string; flags: number }): boolean {
    if (path === this.#folder) this.#handles.set(fd, 'folder');
    else if (IGNORED.test(path)) this.#handles.set(fd, 'ignored');
    else {
      const known = this.#names.get(path);
      const file = known ?? new DiskFile(this.#takeId());
      this.#handles.set(fd, file);
      if (known === undefined) return this.#changeName({ type: 'create', path, file });
      if ((flags & constants.O_TRUNC) !== 0) return this.#write(fd, { type: 'truncate', size: 0, id: this.#takeId() });
    }
    return false;
  }

  #fileOf(fd: number): DiskFile | 'folder' | 'ignored' {
    const file = this.#handles.get(fd);
    if (file === undefined) throw new Error(`the log uses handle ${fd}, which it never opened`);
    return file;
  }

  #write(fd: number, write: PendingWrite): boolean {
    const file = this.#fileOf(fd);
    if (!(file instanceof DiskFile)) return false;
    file.add(write);
    return true;
  }

  #sync(fd: number): boolean {
    const file = this.#fileOf(fd);
    if (file === 'ignored') return false;
    if (file instanceof DiskFile) {
      file.sync();
      return true;
    }
    this.#durableNames = new Map(this.#names);
    this.#nameChanges = [];
    return true;
  }

  #changeName(change: NameChange): boolean {
    if (change.type !== 'rename' && IGNORED.test(change.path)) return false;
    applyName(this.#names, change);
    this.#nameChanges.push(change);
    return true;
  }
}

const applyName = (names: Map<string, DiskFile>, change: NameChange): void => {
  if (change.type === 'create') names.set(change.path, change.file);
  else if (change.type === 'unlink') names.delete(change.path);
  else {
    const file = names.get(change.from);
    names.delete(change.from);
    if (file !== undefined) names.set(change.to, file);
  }
};
