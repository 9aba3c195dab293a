/** Checks a stopped installation: every page of its files, every entry of its log, every reading of its store, and their consistency. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { timestampOf } from '../../base/beijing-time.ts';
import type { Bus } from '../../bus/bus.ts';
import { parseEntry } from '../../bus/parse-event.ts';
import { damageOf } from '../../engines/lmdb-check.ts';
import type { Kv } from '../../kv/kv.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import { DEFAULT_WRITER, type Store } from '../../store/store.ts';
import { bad, type Finding, good } from './findings.ts';

/** Checked before anything is opened: a damaged page kills a process that maps it. */
export function checkFiles(dataFolder: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [part, folder] of [
    ['log', 'bus'],
    ['state', 'state'],
  ] as const) {
    const file = join(dataFolder, folder, 'data.mdb');
    const damage = damageOf(file, Number.POSITIVE_INFINITY);
    if (damage !== undefined)
      findings.push(bad(part, `${file} is damaged: ${damage}. Restore a backup (docs/operations.md)`));
  }
  const secrets = join(dataFolder, 'secrets');
  for (const name of existsSync(secrets) ? readdirSync(secrets) : []) {
    if (!name.endsWith('.json')) continue;
    try {
      JSON.parse(readFileSync(join(secrets, name), 'utf8'));
    } catch {
      findings.push(bad('secrets', `${join(secrets, name)} is not JSON: restore it from a backup, or remove it`));
    }
  }
  return findings;
}

/** Checks that every entry can be read and matches its subject. */
export async function checkLog(bus: Pick<Bus, 'status' | 'consume'>): Promise<readonly Finding[]> {
  const { firstPosition, lastPosition, sizeBytes } = await bus.status();
  if (lastPosition < firstPosition) return [good('log', 'empty')];
  const consumption = await bus.consume({ subjects: ['>'], from: 'first' });
  const count = { entries: 0, readings: 0, unreadable: 0 };
  let [firstAt, lastAt] = [0, 0];
  try {
    for await (const { position, appendedAt, subject, data } of consumption) {
      count.entries += 1;
      firstAt ||= appendedAt;
      lastAt = appendedAt;
      if (subject.startsWith('daoyu.readings.')) {
        const entry = parseEntry(data);
        if (entry === undefined) count.unreadable += 1;
        count.readings += entry?.readings.length ?? 0;
      }
      if (position >= lastPosition) break;
    }
  } catch (error) {
    return [bad('log', `cannot be read after ${count.entries} entries: ${(error as Error).message}`)];
  } finally {
    await consumption.close();
  }
  const what = `positions ${firstPosition} to ${lastPosition} (${timestampOf(firstAt)} to ${timestampOf(lastAt)} Beijing time), ${count.entries} entries with ${count.readings} readings, ${megabytes(sizeBytes)}`;
  if (count.unreadable > 0)
    return [
      bad('log', `${count.unreadable} entries of readings cannot be understood; consumers set them aside. ${what}`),
    ];
  return [good('log', what)];
}

export async function checkState(kv: Pick<Kv, 'list'>): Promise<readonly Finding[]> {
  let items = 0;
  try {
    for await (const _item of kv.list('')) items += 1;
  } catch (error) {
    return [bad('state', `cannot be read after ${items} items: ${(error as Error).message}`)];
  }
  return [good('state', `${items} items`)];
}

/** Checks that everything devices and sites refer to exists. */
export function checkRegistry(
  registry: Pick<Registry, 'parks' | 'sites' | 'devices' | 'profiles'>,
  kinds: ReadonlyMap<string, Kind>,
): readonly Finding[] {
  const [parks, sites, devices] = [registry.parks(), registry.sites(), registry.devices()];
  const profiles = new Set(registry.profiles().map(({ name }) => name));
  const parkIds = new Set(parks.map(({ id }) => id));
  const siteIds = new Set(sites.map(({ park, id }) => `${park}/${id}`));
  const faults = [
    ...sites
      .filter(({ park }) => !parkIds.has(park))
      .map(({ park, id }) => `site ${id} is in park ${park}, which does not exist`),
    ...sites
      .filter(({ profile }) => profile !== undefined && !profiles.has(profile))
      .map(({ park, id, profile }) => `site ${park}/${id} has the profile ${profile}, which does not exist`),
    ...devices
      .filter(({ park, site }) => !siteIds.has(`${park}/${site}`))
      .map(({ park, id, site }) => `device ${park}/${id} is at site ${site}, which does not exist`),
    ...devices
      .filter(({ kind }) => !kinds.has(kind))
      .map(({ park, id, kind }) => `device ${park}/${id} is of kind ${kind}, which is not loaded (DAOYU_KINDS_DIR)`),
  ];
  if (faults.length > 0) return faults.map((fault) => bad('registry', fault));
  return [good('registry', `${parks.length} parks, ${sites.length} sites, ${devices.length} devices`)];
}

export async function checkStore(store: Pick<Store, 'status' | 'faults'>): Promise<readonly Finding[]> {
  const { problem, readings, sizeBytes } = await store.status();
  if (problem !== undefined) return [bad('store', problem.message)];
  if (store.faults === undefined) return [good('store', 'is a server of its own: check it there')];
  try {
    const faults = await store.faults();
    if (faults.length > 0) return faults.map((fault) => bad('store', fault));
  } catch (error) {
    return [bad('store', (error as Error).message)];
  }
  return [good('store', `${readings} readings, ${megabytes(sizeBytes)}`)];
}

/** Whether the store can continue from the log, and whether it could be rebuilt from it. */
export async function checkFit(
  bus: Pick<Bus, 'status'>,
  store: Pick<Store, 'committed' | 'status'>,
): Promise<readonly Finding[]> {
  const { firstPosition, lastPosition, consumers } = await bus.status();
  const holdsAll = firstPosition <= 1;
  const rebuild = holdsAll
    ? 'The log holds everything since the beginning: `daoyu check --rebuild-store` builds the store anew from it'
    : `The log begins at position ${firstPosition}: earlier readings are in the store only, so that rebuilding it would lose them`;
  const { problem } = await store.status();
  if (problem !== undefined) return [bad('fit', rebuild)];
  const position = (await store.committed()).writers[DEFAULT_WRITER]?.position ?? 0;
  const taken = consumers.find(({ name }) => name === DEFAULT_WRITER)?.position ?? 0;
  if (position > lastPosition)
    return [
      bad(
        'fit',
        `the store is at position ${position}, but the log ends at ${lastPosition}: log and store are from different times; restore one backup of both`,
      ),
    ];
  if (position + 1 < firstPosition && taken > position)
    return [
      bad(
        'fit',
        `the store ends at position ${position}, and the log begins at ${firstPosition}: readings in between may be missing. Restore the newer store, or set DAOYU_STORE_GAP=accept`,
      ),
    ];
  return [
    good(
      'fit',
      `the store is at position ${position}, ${lastPosition - position} entries behind the end of the log. ${rebuild}`,
    ),
  ];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
