/** Time series in InfluxDB 1.x or 2.x, queried in InfluxQL; position and ledger are in the shared state, since InfluxDB has no transactions. */
import { codeOf } from '../../base/errors.ts';
import type { Kind } from '../../sensors/kind.ts';
import { checkedKind } from '../known-fields.ts';
import { tooLarge } from '../query-size.ts';
import type { SeriesQuery, Store } from '../store.ts';
import { createBatchWriter } from './batch.ts';
import { adopt, type CheckpointKv, readCommitted, readPending, readPositions } from './checkpoint.ts';
import { bucketSize, ensureDatabase, settle } from './database.ts';
import { holdingOf, removeDevice } from './holding.ts';
import { createInfluxHttp, type InfluxHttp } from './http.ts';
import { name } from './influxql.ts';
import { createInfluxLatest } from './latest.ts';
import { exportOf } from './readings.ts';
import { extentQuestion, RawCollector, seriesQuestion } from './series.ts';
import { type InfluxTarget, parseInfluxUrl } from './url.ts';
import { WindowCollector } from './windows.ts';

export interface InfluxStoreOptions {
  /** `influxdb://token@host:8086?org=&bucket=` (2.x) or `influxdb://user:password@host:8086?db=` (1.x); `influxdbs://` for TLS. */
  readonly url: string;
  readonly kinds: ReadonlyMap<string, Kind>;
  /** Shared by all processes that write or query. */
  readonly kv: CheckpointKv;
  readonly clock?: () => number;
}

/** Statements of months in one request. */
const STATEMENTS_PER_REQUEST = 60;
/** The size on disk changes slowly and costs a query. */
const SIZE_FOR_MS = 30_000;
/** How often a process that never writes checks whether a server that was unavailable, or refused it, is available again. */
const ASKED_AGAIN_MS = 10_000;

/** Opens even if the server does not answer: readings wait in the log until it does. Rejects with `CONFIG_INVALID`. */
export async function openInfluxStore({ url, kinds, kv, clock = Date.now }: InfluxStoreOptions): Promise<Store> {
  const target = parseInfluxUrl(url);
  const http = createInfluxHttp(target);
  const prefix = `store/${target.database}/`;
  const latest = createInfluxLatest({ http, kinds, clock, positions: () => readPositions(kv, prefix) });
  const batches = createBatchWriter({ http, kv, prefix, latest });
  let problem: { readonly code: string; readonly message: string } | undefined;
  let isEnsured = false;
  let isSettled = false;
  let size = { bytes: 0, until: 0 };

  async function ensure(): Promise<void> {
    if (isEnsured) return;
    await ensureDatabase(http, target);
    isEnsured = true;
  }

  function failed(error: unknown): void {
    problem = { code: codeOf(error), message: (error as Error).message };
    // Somebody may have removed the database meanwhile.
    isEnsured = false;
  }

  /** A process that only reads has no write to notice that the server is back. */
  async function ensureAgain(): Promise<void> {
    try {
      await ensure();
      problem = undefined;
    } catch (error) {
      failed(error);
    }
  }

  await ensureAgain();
  let askedAgainAt = clock();
  let hasWritten = false;

  return {
    checkpoint: {
      pendingUpTo: (writer) => readPending(kv, prefix, writer),
      adopt: (writer, position, rows) => adopt(kv, prefix, writer, { position, rows }),
    },
    rejectedPoints: batches.rejectedPoints,
    async write(batch, position, options) {
      hasWritten = true;
      try {
        await ensure();
        const outcome = await batches.write(batch, position, options);
        if (!isSettled && batch.readings.length > 0) {
          await settle(target);
          isSettled = true;
        }
        problem = undefined;
        return outcome;
      } catch (error) {
        failed(error);
        throw error;
      }
    },
    async committed() {
      const { writers, ledger } = await readCommitted(kv, prefix);
      return { writers, ledger };
    },
    async series(query) {
      checkedKind(kinds, query);
      const { every } = query;
      const question = seriesQuestion(every?.unit === 'month' ? await shortened(http, query) : query);
      const collector =
        every === undefined ? new RawCollector(query) : new WindowCollector({ ...query, every }, question.starts);
      for (let start = 0; start < question.statements.length; start += STATEMENTS_PER_REQUEST) {
        const statements = question.statements.slice(start, start + STATEMENTS_PER_REQUEST);
        for await (const rows of http.query(statements.join(';'), query.signal)) {
          collector.add({ ...rows, statement: rows.statement + start });
          // Leaving the loop closes the connection, which stops the server too.
          if (collector.points > query.maxPoints) throw tooLarge(query, collector.devices);
        }
      }
      if (collector instanceof WindowCollector) await collector.clear((asked) => exportOf(http, asked));
      return collector.series();
    },
    latest: (filter) => latest.ask(filter),
    async *export(query) {
      checkedKind(kinds, query);
      yield* exportOf(http, query);
    },
    async forget({ raw }) {
      if (raw === undefined) return;
      for (const kind of kinds.values())
        for await (const _ of http.query(`DELETE FROM ${name(kind.name)} WHERE time < ${Math.trunc(raw)}ms`));
    },
    holding: (device) => holdingOf(http, kinds, device),
    async remove(device) {
      await removeDevice(http, kinds, device);
      latest.drop(device);
    },
    async status() {
      const { readings } = await readCommitted(kv, prefix);
      if (problem !== undefined && !hasWritten && clock() >= askedAgainAt + ASKED_AGAIN_MS) {
        askedAgainAt = clock();
        await ensureAgain();
      }
      if (clock() >= size.until && problem === undefined)
        size = { bytes: await sizeOf(http, target).catch(() => size.bytes), until: clock() + SIZE_FOR_MS };
      return { isWritable: problem === undefined, ...(problem && { problem }), readings, sizeBytes: size.bytes };
    },
    async close() {},
  };
}

/** The part of the range that holds data, for windows that cost a statement each. */
async function shortened(http: InfluxHttp, query: SeriesQuery): Promise<SeriesQuery> {
  let { from, to } = { from: query.to, to: query.from };
  for await (const { statement, values } of http.query(extentQuestion(query), query.signal)) {
    const time = Number(values[0]?.[0]);
    if (statement === 0) from = time;
    else to = time + 1;
  }
  return { ...query, from: Math.max(query.from, from), to: Math.min(query.to, to) };
}

function sizeOf(http: InfluxHttp, target: InfluxTarget): Promise<number> {
  return target.version === 2 ? bucketSize(http, target) : sizeOnDisk(http, target.database);
}

/** The shard statistics of 1.x. */
async function sizeOnDisk(http: InfluxHttp, database: string): Promise<number> {
  let bytes = 0;
  for await (const { tags, columns, values } of http.query(`SHOW STATS FOR 'shard'`)) {
    if (tags.database === database) bytes += Number(values[0]?.[columns.indexOf('diskBytes')] ?? 0);
  }
  return bytes;
}
