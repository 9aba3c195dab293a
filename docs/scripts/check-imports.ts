/** Checks every import against the table in docs/architecture.md; part of `npm run lint`. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IMPORT = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)(['"])(\.{1,2}\/[^'"]+)\1/g;
const ROW = /^\| (`[^|]+) \|[^|]+\| ([^|]+) \|$/gm;
/** Open to every room. */
const BASE = 'base/';

/** Room → rooms it may import; `everything` is the empty prefix. */
export type Rooms = ReadonlyMap<string, readonly string[]>;

export function parseRooms(document: string): Rooms {
  const rooms = new Map<string, readonly string[]>();
  const start = document.search(/^\| room +\|/m);
  const table = document.slice(start, document.indexOf('\n\n', start));
  for (const [, names = '', allowed = ''] of table.matchAll(ROW)) {
    const open = allowed.trim() === 'everything' ? [''] : namesIn(allowed);
    for (const name of namesIn(names)) {
      rooms.set(name, [...open, name, BASE]);
    }
  }
  return rooms;
}

const namesIn = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

/** One line an import that the table does not allow, and one a file in no room. */
export function problemsOf(rooms: Rooms, files: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  for (const [file, text] of files) {
    const room = roomOf(rooms, file);
    if (room === undefined) {
      problems.push(`${file} lies in no room: add its folder to the table in docs/architecture.md`);
      continue;
    }
    for (const [, , path = ''] of text.matchAll(IMPORT)) {
      const target = normalize(join(dirname(file), path));
      const isAllowed = rooms.get(room)?.some((prefix) => target.startsWith(prefix)) ?? false;
      if (!isAllowed) problems.push(`${file} imports ${target}: ${room} may not (docs/architecture.md)`);
    }
  }
  return problems;
}

/** The longest name that the path begins with. */
function roomOf(rooms: Rooms, path: string): string | undefined {
  const found = [...rooms.keys()].filter((name) => path.startsWith(name));
  return found.sort((a, b) => b.length - a.length)[0];
}

/** Folders without a row, and rows without a folder. */
export function missingRooms(rooms: Rooms, folders: readonly string[]): string[] {
  const rows = new Set([...rooms.keys()].filter((name) => name.endsWith('/')).map((name) => name.split('/')[0] ?? ''));
  return [
    ...folders.filter((folder) => !rows.has(folder)).map((folder) => `${folder}/ has no row in docs/architecture.md`),
    ...[...rows]
      .filter((row) => !folders.includes(row))
      .map((row) => `docs/architecture.md has a row for ${row}/, which is not there`),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rooms = parseRooms(readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8'));
  const list = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const paths = list
    .trim()
    .split('\n')
    .filter((path) => !path.endsWith('.config.ts'));
  const files = new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
  const hidden = new Set(['node_modules', 'dist', 'data', 'deploy']);
  const folders = readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !hidden.has(entry.name))
    .map(({ name }) => name);
  const problems = [...problemsOf(rooms, files), ...missingRooms(rooms, folders)];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`${files.size} files, ${rooms.size} rooms, ${problems.length} imports against the table\n`);
  if (problems.length > 0) process.exitCode = 1;
}
