/**
 * Runs both suites, then what leans on NATS against the nats-server that DAOYU_TEST_NATS_CURRENT names, then the quick suite
 * on each other Node whose path is given. A file that fails runs once more; if it passes then, it is named flaky.
 * The last line sums up both suites: `N passed, N failed`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface FileResult {
  readonly file: string;
  readonly hasFailed: boolean;
  readonly passed: number;
  readonly failed: number;
}

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** Failed once and passed when run again. */
  readonly flaky: readonly string[];
  /** Failed twice. */
  readonly broken: readonly string[];
}

/** Where a file has run again, its second results count. A file that breaks before its tests are known is one failure. */
export function sumUp(first: readonly FileResult[], second: readonly FileResult[]): Outcome {
  const again = new Map(second.map((result) => [result.file, result]));
  const last = first.map((result) => again.get(result.file) ?? result);
  const isBroken = new Set(last.filter(({ hasFailed }) => hasFailed).map(({ file }) => file));
  return {
    passed: last.reduce((sum, { passed }) => sum + passed, 0),
    failed: last.reduce((sum, { hasFailed, failed }) => sum + (hasFailed ? Math.max(1, failed) : 0), 0),
    flaky: first.filter(({ file, hasFailed }) => hasFailed && !isBroken.has(file)).map(({ file }) => file),
    broken: [...isBroken],
  };
}

type Suite = 'quick' | 'servers';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/** A part of a suite, in another environment. */
interface Part {
  /** Paths, or their beginnings; none: all of the suite. */
  readonly files: readonly string[];
  readonly workers: 1 | 2;
  /** Of the names of the tests; absent: all of the files. */
  readonly names?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What is run against a second version of nats-server: three minutes at most. */
const ON_NATS: readonly Part[] = [
  {
    workers: 1,
    files: [
      'test/bus/jetstream.servers.test.ts',
      'test/bus/lost-acknowledgement.servers.test.ts',
      'test/kv/jetstream.servers.test.ts',
      'test/deploy/nats-cluster.servers.test.ts',
      'test/cluster/start-together.servers.test.ts',
    ],
  },
  {
    workers: 1,
    files: ['test/broker/bridge/bridge.servers.test.ts', 'test/app/faults.servers.test.ts'],
    names: 'MQTT listener of NATS|while JetStream is full',
  },
];

const QUICK: Part = { files: [], workers: 2 };

/** Kills, faults and clusters want the machine for themselves. */
const ALONE = ['test/app/', 'test/bus/', 'test/cluster/', 'test/commands/', 'test/deploy/', 'test/broker/bridge/'];
const SERVERS: readonly Part[] = [
  { files: ALONE, workers: 1 },
  { files: sharing(), workers: 2 },
];

/** Every other folder that holds tests of that suite. */
function sharing(): readonly string[] {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true }).map((name) => `test/${name}`);
  const isSharing = (file: string) =>
    file.endsWith('.servers.test.ts') && !ALONE.some((folder) => file.startsWith(folder));
  return files.filter(isSharing).sort();
}

function runTwice(suite: Suite, node: string, part: Part): Outcome {
  const first = run(suite, node, part);
  const failed = first.filter(({ hasFailed }) => hasFailed).map(({ file }) => file);
  return sumUp(first, failed.length === 0 ? [] : run(suite, node, { ...part, files: failed }));
}

/** Results by file. A run that ends badly although no file failed is a failure under the name of the suite. */
function run(suite: Suite, node: string, { files, workers, names, environment = {} }: Part): readonly FileResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'daoyu-suite-'));
  const report = join(folder, 'report.json');
  const reporters = ['default', 'json', './test/not-run.ts'].map((name) => `--reporter=${name}`);
  const args = [
    VITEST,
    'run',
    '--project',
    suite,
    `--maxWorkers=${workers}`,
    ...reporters,
    `--outputFile.json=${report}`,
    ...files,
  ];
  if (names !== undefined) args.push('--testNamePattern', names);
  const { status } = spawnSync(node, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...environment } });
  const results = readReport(report);
  rmSync(folder, { recursive: true, force: true });
  if (status === 0 || results.some(({ hasFailed }) => hasFailed)) return results;
  return [...results, { file: `(the ${suite} suite outside of its tests)`, hasFailed: true, passed: 0, failed: 1 }];
}

function readReport(path: string): readonly FileResult[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const { testResults } = JSON.parse(text) as Report;
  return testResults.map(({ name, status, assertionResults }) => {
    const count = (wanted: string) => assertionResults.filter((each) => each.status === wanted).length;
    const file = relative(ROOT, name);
    return { file, hasFailed: status === 'failed', passed: count('passed'), failed: count('failed') };
  });
}

function main(otherNodes: readonly string[]): void {
  const here = [
    runTwice('quick', process.execPath, QUICK),
    ...SERVERS.map((part) => runTwice('servers', process.execPath, part)),
  ];
  const elsewhere = otherNodes.map((node) => runTwice('quick', node, QUICK));
  const current = process.env.DAOYU_TEST_NATS_CURRENT;
  const environment = { DAOYU_TEST_NATS_SERVER: current ?? '' };
  const onNats = current ? ON_NATS.map((part) => runTwice('servers', process.execPath, { ...part, environment })) : [];
  const all = [...here, ...onNats, ...elsewhere];
  for (const file of all.flatMap(({ flaky }) => flaky)) process.stdout.write(`flaky: ${file}\n`);
  for (const file of all.flatMap(({ broken }) => broken)) process.stdout.write(`failed twice: ${file}\n`);
  const passed = [...here, ...onNats].reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = all.reduce((sum, outcome) => sum + outcome.failed, 0);
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
