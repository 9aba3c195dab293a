import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { missingRooms, parseRooms, problemsOf } from '../../docs/scripts/check-imports.ts';

const document = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
const rooms = parseRooms(document);

describe('the table of rooms', () => {
  it('lists the folders of the repository, no more and no less', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const hidden = new Set(['node_modules', 'dist', 'data', 'deploy']);
    const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const names = folders.map(({ name }) => name).filter((name) => !name.startsWith('.') && !hidden.has(name));
    expect(missingRooms(rooms, names)).toEqual([]);
    expect(missingRooms(rooms, [...names, 'cellar'])).toEqual(['cellar/ has no row in docs/architecture.md']);
  });

  it('refuses an import that points the wrong way, however it is written', () => {
    const wrong = [
      "import type { Store } from '../store/store.ts';",
      "export { intake } from '../ingest/intake.ts';",
      "const broker = await import('../broker/aedes.ts');",
    ];
    for (const line of wrong) {
      expect(problemsOf(rooms, new Map([['sensors/kind.ts', line]]))).toEqual([
        expect.stringContaining('sensors/ may not'),
      ]);
    }
  });

  it('lets a room import what its row names, itself and the base', () => {
    const right = [
      "import type { Kind } from '../sensors/kind.ts';",
      "import './intake.ts';",
      "import '../base/errors.ts';",
    ];
    expect(problemsOf(rooms, new Map([['ingest/map.ts', right.join('\n')]]))).toEqual([]);
  });

  it('refuses a file in no room', () => {
    expect(problemsOf(rooms, new Map([['cellar/wine.ts', '']]))).toEqual([expect.stringContaining('lies in no room')]);
  });
});
