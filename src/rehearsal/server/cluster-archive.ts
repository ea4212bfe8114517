import { createHash } from 'node:crypto';
import {
  chownSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ServerUser } from './os-user.ts';

/**
 * A data directory as one file: the bytes of all its files, then the list of them, then the list's length. A thousand
 * small files on a disk take ten times as long to write as one big one; and one file appears, or is replaced, whole.
 * tar would do, but not every image has it, and it takes a file that was cut short at a block for a whole one.
 */

const MAGIC = 'LOCKSTEP';
const TRAILER_BYTES = MAGIC.length + 8;
const CHUNK_BYTES = 1024 * 1024;

interface Contents {
  /** Parents before their children; '' is the top. */
  readonly directories: { readonly path: string; readonly mode: number }[];
  /** In the order of their bytes. */
  readonly files: { readonly path: string; readonly mode: number; readonly bytes: number }[];
  /** Of all files' bytes. */
  readonly sha256: string;
}

/** Writes `source` into the new file `archive`. Rejects on anything in it that is neither file nor directory. */
export async function packTree(source: string, archive: string, signal: AbortSignal): Promise<void> {
  const directories: { path: string; mode: number }[] = [];
  const files: { path: string; mode: number; bytes: number }[] = [];
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const out = openSync(archive, 'wx', 0o600);
  try {
    const pack = async (directory: string): Promise<void> => {
      await pause(signal);
      directories.push({ path: directory, mode: statSync(join(source, directory)).mode & 0o777 });
      for (const entry of readdirSync(join(source, directory), { withFileTypes: true })) {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) await pack(path);
        else if (entry.isFile()) files.push({ path, ...append(join(source, path), out, buffer, hash) });
        else throw new Error(`${path} is neither a file nor a directory`);
      }
    };
    await pack('');
    const contents: Contents = { directories, files, sha256: hash.digest('hex') };
    const list = Buffer.from(JSON.stringify(contents));
    const trailer = Buffer.alloc(TRAILER_BYTES);
    trailer.write(MAGIC);
    trailer.writeBigUInt64LE(BigInt(list.length), MAGIC.length);
    writeAll(out, list);
    writeAll(out, trailer);
  } finally {
    closeSync(out);
  }
}

/** Makes the new directory `destination`, as `owner`'s. Rejects when the archive is not whole; something is left then. */
export async function unpackTree(
  archive: string,
  destination: string,
  owner: ServerUser,
  signal: AbortSignal,
): Promise<void> {
  const give = (path: string): void => {
    if (owner.uid !== undefined && owner.gid !== undefined) chownSync(path, owner.uid, owner.gid);
  };
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const input = openSync(archive, 'r');
  try {
    const { directories, files, sha256 } = readContents(input);
    for (const { path, mode } of directories) {
      mkdirSync(inside(destination, path), { mode });
      give(join(destination, path));
    }
    let at = 0;
    for (const [index, { path, mode, bytes }] of files.entries()) {
      if (index % 100 === 0) await pause(signal);
      extract(input, at, bytes, inside(destination, path), mode, buffer, hash);
      give(join(destination, path));
      at += bytes;
    }
    if (hash.digest('hex') !== sha256) throw new Error('its bytes have changed');
  } finally {
    closeSync(input);
  }
}

/** Others have their turn; ours ends when nobody wants it any more. */
async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

function append(
  path: string,
  out: number,
  buffer: Buffer,
  hash: ReturnType<typeof createHash>,
): { mode: number; bytes: number } {
  const input = openSync(path, 'r');
  try {
    let bytes = 0;
    for (;;) {
      const read = readSync(input, buffer);
      if (read === 0) return { mode: fstatSync(input).mode & 0o777, bytes };
      hash.update(buffer.subarray(0, read));
      writeAll(out, buffer.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(input);
  }
}

function extract(
  input: number,
  from: number,
  bytes: number,
  path: string,
  mode: number,
  buffer: Buffer,
  hash: ReturnType<typeof createHash>,
): void {
  const out = openSync(path, 'wx', mode);
  try {
    for (let done = 0; done < bytes; ) {
      const read = readSync(input, buffer, 0, Math.min(CHUNK_BYTES, bytes - done), from + done);
      if (read === 0) throw new Error('it ends too early');
      hash.update(buffer.subarray(0, read));
      writeAll(out, buffer.subarray(0, read));
      done += read;
    }
  } finally {
    closeSync(out);
  }
}

/** One write may take less than it is given, without an error: the next one tells that the disk is full. */
function writeAll(out: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(out, bytes, at);
}

function readContents(input: number): Contents {
  const { size } = fstatSync(input);
  const trailer = Buffer.alloc(TRAILER_BYTES);
  readSync(input, trailer, 0, TRAILER_BYTES, size - TRAILER_BYTES);
  if (trailer.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('it has no end');
  const length = Number(trailer.readBigUInt64LE(MAGIC.length));
  if (length > size) throw new Error('it has no list');
  const list = Buffer.alloc(length);
  readSync(input, list, 0, length, size - TRAILER_BYTES - length);
  return JSON.parse(list.toString('utf8')) as Contents;
}

/** A cache may come from elsewhere, and we may be root: no path leads out of the destination. */
function inside(destination: string, path: string): string {
  if (path !== '' && path.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    throw new Error(`it holds a path that leads elsewhere: ${path}`);
  }
  return join(destination, path);
}
