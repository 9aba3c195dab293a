/** Writes batches of ten readings until it is killed, printing each committed position. */
import { openDuckDbStore } from '../../../store/duckdb/duckdb.ts';
import { DEFAULT_WRITER } from '../../../store/store.ts';
import { reading, T0, tally, testKind } from '../../contract/store/fixtures.ts';

const store = await openDuckDbStore({
  folder: process.argv[2] ?? '',
  kinds: new Map([[testKind.name, testKind]]),
  rollupEveryMs: 20,
});
const { writers } = await store.committed();
for (let position = (writers[DEFAULT_WRITER]?.position ?? 0) + 1; ; position++) {
  const readings = Array.from({ length: 10 }, (_, index) =>
    reading(T0 + (position * 10 + index) * 1000, { oxygen: index }),
  );
  await store.write({ readings, tallies: [tally(10)] }, position);
  process.stdout.write(`${position}\n`);
}
