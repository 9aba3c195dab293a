/** Scenarios are files: duration, fleet, conditions of the world, faults of the devices. Loading checks them and names every mistake. */
import { existsSync, readFileSync } from 'node:fs';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { DaoyuError } from '../base/errors.ts';
import type { Kind } from '../sensors/kind.ts';
import { ConditionSchema } from './conditions.ts';
import { loadDefault, loadDefinitions } from './definitions.ts';
import type { Fault } from './fault.ts';
import { FaultPlanSchema, optionsOf } from './fault-plan.ts';

const Label = Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) });
const strict = { additionalProperties: false } as const;

export const ScenarioSchema = Type.Object(
  {
    label: Label,
    /** What the page will show. */
    about: Label,
    hours: Type.Number({ exclusiveMinimum: 0, maximum: 24 * 366 }),
    /** Hour of Beijing time of the default start; absent: midnight. */
    startHour: Type.Optional(Type.Number({ minimum: 0, exclusiveMaximum: 24 })),
    /** Month and day (`07-18`) of its sun and weather, whatever the date of the run; absent: that of the run. */
    season: Type.Optional(Type.String({ pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' })),
    /** Kinds in the scenario, with their weights in a generated fleet. */
    fleet: Type.Record(Type.String(), Type.Number({ exclusiveMinimum: 0 })),
    conditions: Type.Array(ConditionSchema),
    faults: Type.Array(FaultPlanSchema),
  },
  strict,
);

export type Scenario = Static<typeof ScenarioSchema>;

const OURS = new URL('./scenarios/', import.meta.url);

export interface ScenarioContext {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly faults: ReadonlyMap<string, Fault>;
}

/** The scenarios of daoyu, by name. */
export async function loadScenarios(context: ScenarioContext): Promise<ReadonlyMap<string, Scenario>> {
  const found = await loadDefinitions(OURS);
  return new Map(
    [...found].map(([name, given]) => [name, checkScenario(given, `simulators/scenarios/${name}`, context)]),
  );
}

/** Loads one of our scenarios by name, or a `.json`, `.js`, `.mjs` or `.ts` file. Throws `SCENARIO_UNKNOWN`, `SCENARIO_INVALID`. */
export async function loadScenario(nameOrFile: string, context: ScenarioContext): Promise<Scenario> {
  const ours = await loadDefinitions(OURS);
  const known = ours.get(nameOrFile);
  if (known !== undefined) return checkScenario(known, nameOrFile, context);
  if (!existsSync(nameOrFile)) {
    throw new DaoyuError(
      'SCENARIO_UNKNOWN',
      `there is no scenario "${nameOrFile}" and no such file; known: ${[...ours.keys()].join(', ')}`,
    );
  }
  const given = nameOrFile.endsWith('.json') ? parseFile(nameOrFile) : await loadDefault(nameOrFile);
  return checkScenario(given, nameOrFile, context);
}

function parseFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new DaoyuError('SCENARIO_INVALID', `${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** Checks everything, since anyone may have written the file. Throws `SCENARIO_INVALID` naming all mistakes. */
export function checkScenario(given: unknown, file: string, context: ScenarioContext): Scenario {
  const problems = Value.Check(ScenarioSchema, given) ? problemsOf(given, context) : shapeProblems(given);
  if (problems.length > 0) throw new DaoyuError('SCENARIO_INVALID', `scenario ${file}: ${problems.join('; ')}`);
  return given as Scenario;
}

const MAX_TOLD = 5;

function shapeProblems(given: unknown): readonly string[] {
  const errors = Value.Errors(ScenarioSchema, given);
  // A value that fits none of several shapes gives the errors of all of them; the first one suffices.
  const places = new Map(errors.map(({ instancePath, message }) => [instancePath || 'the file', message]));
  return [...places].slice(0, MAX_TOLD).map(([place, message]) => `${place.replace(/^\//, '')} ${message}`);
}

function problemsOf(scenario: Scenario, { kinds, faults }: ScenarioContext): readonly string[] {
  const problems: string[] = [];
  for (const kind of Object.keys(scenario.fleet)) {
    if (!kinds.has(kind)) problems.push(`fleet names kind "${kind}"; known: ${[...kinds.keys()].join(', ')}`);
  }
  for (const [index, { fromHour, toHour, condition }] of scenario.conditions.entries()) {
    if (!(fromHour < toHour)) problems.push(`condition ${index} (${condition}): fromHour must be before toHour`);
  }
  const fieldNames = new Set(
    Object.keys(scenario.fleet).flatMap((kind) => kinds.get(kind)?.fields.map(({ name }) => name) ?? []),
  );
  for (const [index, plan] of scenario.faults.entries()) {
    const say = (text: string) => problems.push(`fault ${index} (${plan.fault}): ${text}`);
    const fault = faults.get(plan.fault);
    if (fault === undefined) {
      say(`there is no such fault; known: ${[...faults.keys()].join(', ')}`);
      continue;
    }
    if (!(plan.fromHour < plan.toHour)) say('fromHour must be before toHour');
    if ((plan.timesADay === undefined) !== (plan.minutes === undefined)) say('timesADay and minutes belong together');
    for (const name of plan.fields ?? []) if (!fieldNames.has(name)) say(`no kind of the fleet has a field "${name}"`);
    for (const kind of plan.on?.kinds ?? []) if (!(kind in scenario.fleet)) say(`the fleet has no kind "${kind}"`);
    try {
      optionsOf(fault, plan);
    } catch (error) {
      say((error as Error).message);
    }
  }
  return problems;
}

/** Types a scenario of ours; loading still checks it. */
export const defineScenario = (scenario: Scenario): Scenario => scenario;
