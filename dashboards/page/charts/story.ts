/**
 * The first chart of a site shows what happened: its main curve on its band and, below it on the same time axis, what was commanded, what the equipment
 * reports, and whether it draws power.
 */
import type { Field, Kind } from '../../../sensors/kind.ts';
import type { Point } from '../../../store/store.ts';
import type { Command } from '../feed/api.ts';
import type { DeviceCard } from '../feed/cards.ts';
import { type ChartPanelDefinition, fieldsOf } from '../feed/panels.ts';
import { type Line, linesOf } from './lines.ts';
import type { SeriesAnswer } from './use-series.ts';

/** A switch counts as running while the other value is at least this much. */
interface Drawn {
  readonly of: Field;
  readonly by: string;
  readonly from: number;
}

export interface Story {
  readonly panel: ChartPanelDefinition;
  readonly switches: readonly Field[];
  readonly drawn: readonly Drawn[];
}

const MOST_SWITCHES = 3;

/** Undefined for a kind without a measured switch: its charts are enough. */
export function storyOf(
  kind: Kind,
  panels: readonly ChartPanelDefinition[],
  known: ReadonlySet<string>,
): Story | undefined {
  const [first] = panels;
  if (first?.shape !== 'timeseries' || first.isBars) return undefined;
  const named = new Set([...kind.primary, ...panels.flatMap(fieldsOf)]);
  const switches = kind.fields
    .filter(({ name, shape }) => shape === 'boolean' && named.has(name) && known.has(name))
    .slice(0, MOST_SWITCHES);
  if (switches.length === 0) return undefined;
  const fields = new Set(fieldsOf(first));
  const quantities = [...first.query.quantities, ...switches.filter(({ name }) => !fields.has(name))];
  const drawn = switches.flatMap((of) => drawnBy(kind, of)).filter(({ by }) => known.has(by));
  return { panel: { ...first, query: { ...first.query, quantities } }, switches, drawn };
}

/** From the rule about a switch that is on without power. */
function drawnBy({ equipment = [] }: Kind, of: Field): readonly Drawn[] {
  return equipment.flatMap(({ terms }) => {
    const power = terms.find(({ below }) => below !== undefined);
    const isOfSwitch = terms.some(({ field, is }) => field === of.name && is === 1);
    if (!isOfSwitch || power?.below === undefined) return [];
    return [{ of, by: power.field, from: power.below }];
  });
}

/** Fields in the story need no chart of their own. */
export function besidesStory(story: Story | undefined, panels: readonly ChartPanelDefinition[]) {
  if (story === undefined) return panels;
  const told = new Set(fieldsOf(story.panel));
  return panels.filter((panel) => !fieldsOf(panel).every((name) => told.has(name)));
}

/** Strips beneath those of the switches themselves: by their power, and as asked. */
export function strips(
  kind: Kind,
  { switches, drawn }: Story,
  devices: readonly DeviceCard[],
  answer: SeriesAnswer,
  commands: readonly Command[],
): readonly Line[] {
  const byPower = drawn.flatMap(({ of, by, from }) =>
    linesOf(kind, [{ name: by }], devices, answer).map((line) =>
      stripOf(
        line,
        of,
        'power',
        line.points.map(([time, value]): Point => [time, value >= from ? 1 : 0]),
      ),
    ),
  );
  const asked = switches.flatMap((field) =>
    linesOf(kind, [field], devices, answer).flatMap((line) => {
      const points = askedOf(field, line.device, commands, answer);
      return points.length === 0 ? [] : [stripOf(line, field, 'asked', points)];
    }),
  );
  return [...byPower, ...asked];
}

const WORDS = {
  power: { zh: '（按功率）', en: ', by its power' },
  asked: { zh: '（指令）', en: ', as asked' },
} as const;

function stripOf(line: Line, of: Field, by: keyof typeof WORDS, points: readonly Point[]): Line {
  const label = { zh: of.label.zh + WORDS[by].zh, en: of.label.en + WORDS[by].en };
  const field: Field = { ...of, name: `${of.name}_${by}`, label };
  return {
    ...line,
    key: `${line.key}:${by}`,
    field,
    bands: [],
    points,
    least: [],
    most: [],
    shares: new Map(),
    leftOut: 0,
  };
}

/** The last command at every step of the chart, from the first command on. */
function askedOf(
  field: Field,
  { device: { park, device } }: DeviceCard,
  commands: readonly Command[],
  { from, to, stepMs }: SeriesAnswer,
): readonly Point[] {
  const name = field.name.replace(/_on$/, '');
  const own = commands
    .filter((each) => each.park === park && each.device === device && (each.name === name || each.name === field.name))
    .flatMap(({ sentAt, value }) => {
      const isOn = onOf(value);
      return isOn === undefined ? [] : [{ at: sentAt, isOn }];
    })
    .sort((one, other) => one.at - other.at);
  const points: Point[] = [];
  for (const [index, { at, isOn }] of own.entries()) {
    const until = own[index + 1]?.at ?? to;
    for (let time = Math.max(at, from); time < until; time += stepMs) points.push([time, isOn ? 1 : 0]);
  }
  return points;
}

/** `{"on": true}`, `true`, `1`; undefined for anything else. */
function onOf(value: unknown): boolean | undefined {
  const given = typeof value === 'object' && value !== null && 'on' in value ? value.on : value;
  if (given === true || given === 1) return true;
  return given === false || given === 0 ? false : undefined;
}
