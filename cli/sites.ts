/** `daoyu sites list|show|set`: shows and changes sites of a running platform: names, growth stages, outlines. */
import { Command } from 'commander';
import { DaoyuError } from '../base/errors.ts';
import type { Park, Site, SiteChange } from '../registry/registry.ts';
import type { Profile } from '../sensors/profile.ts';
import { profileAt, type Stage } from '../sensors/stages.ts';
import { polygonIn, readJson } from './json-file.ts';
import { type ApiTarget, askPlatform, withTarget } from './platform-api.ts';

interface Places {
  readonly parks: readonly Park[];
  readonly sites: readonly Site[];
  readonly profiles: readonly Profile[];
}

interface InPark extends ApiTarget {
  readonly park: string;
}

interface SetOptions extends InPark {
  readonly zh?: string;
  readonly en?: string;
  readonly profile?: string;
  readonly stage?: readonly string[];
  readonly stages?: string;
  readonly position?: string;
  readonly elevation?: string;
  readonly boundary?: string;
  readonly clear?: string;
}

const CLEARABLE = ['profile', 'stages', 'boundary', 'position', 'elevation'] as const;

export function sitesCommand(): Command {
  const command = new Command('sites').description('list and change the sites of a running platform');
  withTarget(command.command('list'))
    .description('all sites with type and the threshold profile in force today')
    .option('--park <id>', 'only of this park')
    .action(list);
  withTarget(command.command('show'))
    .description('one site as JSON, with all its stages and its outline')
    .argument('<site>', 'id')
    .requiredOption('--park <id>', 'the park it lies in')
    .action(show);
  withTarget(command.command('set'))
    .description('change a site; what no option names stays as it is')
    .argument('<site>', 'id')
    .requiredOption('--park <id>', 'the park it lies in')
    .option('--zh <name>', 'Chinese name')
    .option('--en <name>', 'English name')
    .option('--profile <name>', 'threshold profile all year, or until the first stage')
    .option('--stage <day=profile>', 'a stage such as 2026-05-10=paddy_recovery; repeat it for each', gathered)
    .option('--stages <file>', 'the same as JSON: [{"from": "2026-05-10", "profile": "paddy_recovery"}]')
    .option('--position <latitude,longitude>', 'WGS-84 degrees')
    .option('--elevation <metres>', 'above the sea: oxygen saturation follows the air pressure there')
    .option('--boundary <file>', 'outline of the field: GeoJSON with one polygon, WGS-84')
    .option('--clear <what>', `remove, comma-separated: ${CLEARABLE.join(', ')}`)
    .action(set);
  withTarget(command.command('add'))
    .description('add a site')
    .argument('<site>', 'id: lower-case letters, digits, hyphens')
    .requiredOption('--park <id>', 'the park it lies in')
    .requiredOption('--type <type>', 'pond, paddy, cold_store, vehicle, field or other')
    .option('--zh <name>', 'Chinese name')
    .option('--en <name>', 'English name')
    .option('--profile <name>', 'threshold profile, e.g. crab_pond')
    .option('--position <latitude,longitude>', 'WGS-84 degrees')
    .option('--elevation <metres>', 'above the sea: oxygen saturation follows the air pressure there')
    .action(add);
  withTarget(command.command('remove'))
    .description('remove a site that has no devices; readings measured there stay')
    .argument('<site>', 'id')
    .requiredOption('--park <id>', 'the park it lies in')
    .action(remove);
  return command;
}

const gathered = (value: string, before: readonly string[] = []) => [...before, value];

async function placesOf(target: ApiTarget): Promise<Places> {
  return (await askPlatform(target, 'GET', '/api/v1/parks')) as Places;
}

async function list(options: ApiTarget & { readonly park?: string }): Promise<void> {
  const { sites } = await placesOf(options);
  for (const site of sites.filter(({ park }) => park === (options.park ?? park))) {
    const name = `${site.park}/${site.id}`.padEnd(32);
    const stages = site.stages === undefined ? '' : `, one of ${site.stages.length} stages`;
    process.stdout.write(`${name} ${site.type.padEnd(11)} ${profileAt(site, Date.now()) ?? '-'}${stages}\n`);
  }
}

async function show(id: string, options: InPark): Promise<void> {
  const { sites } = await placesOf(options);
  const site = sites.find((each) => each.park === options.park && each.id === id);
  if (site === undefined) throw new DaoyuError('SITE_UNKNOWN', `park ${options.park} has no site ${id}`);
  print(site);
}

async function set(id: string, options: SetOptions): Promise<void> {
  const change = await changeOf(id, options);
  if (Object.keys(change).length === 0) throw new DaoyuError('OPTION_INVALID', 'nothing to change: see --help');
  print((await askPlatform(options, 'PATCH', `/api/v1/sites/${options.park}/${id}`, change)) as Site);
}

async function add(site: string, options: SetOptions & { readonly type: string }): Promise<void> {
  const { park, type, zh, en, profile, position, elevation } = options;
  const body = {
    ...{ park, site, type },
    ...((zh ?? en) !== undefined && { label: { zh: zh ?? en ?? site, en: en ?? zh ?? site } }),
    ...(profile !== undefined && { profile }),
    ...(position !== undefined && positionOf(position)),
    ...(elevation !== undefined && { elevation: metresOf(elevation) }),
  };
  print((await askPlatform(options, 'POST', '/api/v1/sites', body)) as Site);
}

async function remove(site: string, options: InPark): Promise<void> {
  await askPlatform(options, 'DELETE', `/api/v1/sites/${options.park}/${site}`);
  process.stderr.write(`site ${options.park}/${site} is removed\n`);
}

const print = (site: Site) => process.stdout.write(`${JSON.stringify(site, null, 2)}\n`);

async function changeOf(id: string, options: SetOptions): Promise<SiteChange> {
  const { zh, en, profile, position, elevation, boundary, clear } = options;
  const stages = stagesOf(options);
  // Keeps the other language: the API takes a label as a whole.
  const label = zh === undefined || en === undefined ? await labelOf(id, options) : undefined;
  return {
    ...clearedBy(clear),
    ...((zh !== undefined || en !== undefined) && { label: { zh: zh ?? label?.zh ?? id, en: en ?? label?.en ?? id } }),
    ...(profile !== undefined && { profile }),
    ...(stages !== undefined && { stages }),
    ...(position !== undefined && positionOf(position)),
    ...(elevation !== undefined && { elevation: metresOf(elevation) }),
    ...(boundary !== undefined && { boundary: polygonIn(readJson(boundary), boundary) }),
  };
}

async function labelOf(id: string, options: SetOptions): Promise<Site['label'] | undefined> {
  if (options.zh === undefined && options.en === undefined) return undefined;
  const { sites } = await placesOf(options);
  return sites.find((each) => each.park === options.park && each.id === id)?.label;
}

function clearedBy(clear = ''): SiteChange {
  const names = clear.split(',').flatMap((name) => name.trim() || []);
  const unknown = names.find((name) => !CLEARABLE.some((each) => each === name));
  if (unknown !== undefined)
    throw new DaoyuError('OPTION_INVALID', `--clear ${unknown}: there are ${CLEARABLE.join(', ')}`);
  const cleared = names.flatMap((name) => (name === 'position' ? ['latitude', 'longitude'] : [name]));
  return Object.fromEntries(cleared.map((name) => [name, null]));
}

function stagesOf({ stage, stages }: SetOptions): readonly Stage[] | undefined {
  if (stages !== undefined) return readJson(stages) as readonly Stage[];
  return stage?.map((text) => {
    const [from = '', profile = ''] = text.split('=');
    if (from !== '' && profile !== '') return { from, profile };
    throw new DaoyuError('OPTION_INVALID', `--stage ${text} must be a day and a profile: 2026-05-10=paddy_recovery`);
  });
}

function positionOf(text: string): { readonly latitude: number; readonly longitude: number } {
  const [latitude = Number.NaN, longitude = Number.NaN, ...more] = text.split(',').map(Number);
  if (Number.isFinite(latitude) && Number.isFinite(longitude) && more.length === 0) return { latitude, longitude };
  throw new DaoyuError('OPTION_INVALID', `--position ${text} must be latitude,longitude: 31.0262,107.9583`);
}

function metresOf(text: string): number {
  const metres = Number(text);
  if (text.trim() !== '' && Number.isFinite(metres)) return metres;
  throw new DaoyuError('OPTION_INVALID', `--elevation ${text} must be metres above the sea, such as 436`);
}
