/**
 * Looks over an LMDB file before it is mapped: through the map, a page that is missing ends the process (SIGBUS), and one that is garbage may.
 * Reads what lmdb-js 3 writes on 64-bit little-endian machines; of a format that it does not know it says nothing.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const MAGIC = 0xbeefc0de;
const VERSION = 2;
const HEADER_BYTES = 24;
const EMPTY = 0xffff_ffff_ffff_ffffn;
const [BRANCH, LEAF, OVERFLOW] = [1, 2, 4];
const [BIG_DATA, SUB_DATABASE] = [1, 2];
const NODE_BYTES = 8;
/** Leaves looked at, so that a log of gigabytes does not hold up the start: 256 MB of them. Beyond, only that they lie inside the file. */
const MOST_LEAVES = 65_536;

interface File {
  readonly pageBytes: number;
  /** Whole pages in the file. */
  readonly pages: number;
  read(page: number): Buffer;
}

class Damage extends Error {}

/** What is wrong with the file, in a few words; undefined when nothing was found, or there is no file yet. */
export function damageOf(path: string, mostLeaves = MOST_LEAVES): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    // Whoever opens it for good says why it cannot.
    return undefined;
  }
  try {
    return lookOver(fd, fstatSync(fd).size, mostLeaves);
  } catch (error) {
    if (error instanceof Damage) return error.message;
    // An offset on a garbled page that leads out of it.
    if (error instanceof RangeError) return 'a page of it is garbled';
    throw error;
  } finally {
    closeSync(fd);
  }
}

function lookOver(fd: number, sizeBytes: number, mostLeaves: number): string | undefined {
  if (sizeBytes === 0) return undefined;
  const head = Buffer.alloc(4096);
  if (sizeBytes < head.length) return `it has only ${sizeBytes} bytes`;
  readSync(fd, head, 0, head.length, 0);
  if (head.readUInt32LE(HEADER_BYTES) !== MAGIC) return 'its first page is none of LMDB';
  if (head.readUInt32LE(HEADER_BYTES + 4) !== VERSION) return undefined;
  const pageBytes = head.readUInt32LE(48);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0)
    return `its page size of ${pageBytes} bytes is none`;
  const file: File = {
    pageBytes,
    pages: Math.floor(sizeBytes / pageBytes),
    read(page) {
      const buffer = Buffer.alloc(pageBytes);
      if (page >= this.pages || readSync(fd, buffer, 0, pageBytes, page * pageBytes) < pageBytes)
        throw new Damage(`page ${page} is missing: the file was cut off behind page ${this.pages - 1}`);
      return buffer;
    },
  };
  const [one, other] = [metaOf(file, 0), metaOf(file, 1)];
  const meta = one.transaction > other.transaction ? one : other;
  const leaves = { left: mostLeaves };
  // The list of free pages, then all else.
  for (const root of meta.roots) walk(file, root, leaves, 0);
  return undefined;
}

function metaOf(file: File, page: number) {
  const buffer = file.read(page);
  if (buffer.readUInt32LE(HEADER_BYTES) !== MAGIC || buffer.readUInt32LE(48) !== file.pageBytes)
    throw new Damage(`page ${page}, which tells where everything is, is damaged`);
  return {
    roots: [buffer.readBigUInt64LE(88), buffer.readBigUInt64LE(136)],
    transaction: buffer.readBigUInt64LE(152),
  };
}

/** Of a tree: that each page is there, and is what its parent takes it for. */
function walk(file: File, root: bigint, leaves: { left: number }, depth: number): void {
  if (root === EMPTY) return;
  // A garbled tree may lead in circles; LMDB's own limit is 32.
  if (depth > 40) throw new Damage(`page ${root} leads in circles`);
  const page = pageOf(file, root, BRANCH | LEAF);
  const isLeaf = (page.readUInt16LE(18) & LEAF) !== 0;
  if (isLeaf) leaves.left -= 1;
  const count = page.readUInt16LE(20) >> 1;
  for (let index = 0; index < count; index++) {
    const node = HEADER_BYTES + page.readUInt16LE(HEADER_BYTES + 2 * index);
    const low = page.readUInt32LE(node);
    const flags = page.readUInt16LE(node + 4);
    if (!isLeaf) {
      const child = BigInt(low) | (BigInt(flags) << 32n);
      if (leaves.left > 0) walk(file, child, leaves, depth + 1);
      else if (child >= BigInt(file.pages)) throw new Damage(`page ${child} is missing`);
      continue;
    }
    const data = node + NODE_BYTES + page.readUInt16LE(node + 6);
    if ((flags & BIG_DATA) !== 0) checkOverflow(file, page.readBigUInt64LE(data), low);
    else if ((flags & SUB_DATABASE) !== 0) walk(file, page.readBigUInt64LE(data + 40), leaves, depth + 1);
    else if (data + low > file.pageBytes) throw new Damage(`page ${root} is garbled`);
  }
}

function checkOverflow(file: File, first: bigint, bytes: number): void {
  pageOf(file, first, OVERFLOW);
  const pages = Math.ceil((HEADER_BYTES + bytes) / file.pageBytes);
  if (Number(first) + pages > file.pages) throw new Damage(`page ${Number(first) + pages - 1} is missing`);
}

function pageOf(file: File, number: bigint, kinds: number): Buffer {
  const page = file.read(Number(number));
  if (page.readBigUInt64LE(0) !== number || (page.readUInt16LE(18) & kinds) === 0)
    throw new Damage(`page ${number} holds something else`);
  return page;
}
