/** Rules by which the platform switches a device: read, changed, resumed after a person switched. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { STANDINGS } from '../../automation/decide.ts';
import { DEFAULT_OVERRIDE_MINUTES, type Rule } from '../../automation/rule.ts';
import type { Rules } from '../../automation/rules.ts';
import { DaoyuError } from '../../base/errors.ts';
import type { DeviceAddress } from '../../base/topics.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Kind } from '../../sensors/kind.ts';
import { actorOf } from '../actor.ts';
import { CommandName } from '../command-schemas.ts';
import { Exact, List, OneOf, Slug, Time } from '../schemas.ts';

export interface AutomationOptions {
  readonly registry: Pick<Registry, 'device'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly rules: Rules;
}

const band = {
  onBelow: Type.Number({ description: 'switched on below it, in the unit of the field' }),
  offAbove: Type.Number({ description: 'switched off above it; between the two it stays as it is' }),
};
const AutomationAnswer = Exact({
  automation: List(
    Exact({
      command: Type.String(),
      field: Type.String({ description: 'what is measured' }),
      ...band,
      isActive: Type.Boolean(),
      overrideMinutes: Type.Integer({ description: "for so long a person's switching stands" }),
      sensor: Type.Optional(Slug),
      version: Type.Integer({ description: '0: as the kind proposes, nobody has set it' }),
      author: Type.Optional(Type.String()),
      changedAt: Type.Optional(Time('of this version')),
      standing: OneOf(STANDINGS, { description: 'what the rule makes of the present' }),
      until: Type.Optional(Time('end of the override')),
    }),
    { description: 'of each control that can be automatic' },
  ),
});
export type AutomationAnswer = Static<typeof AutomationAnswer>;
const OneControl = Exact({ park: Slug, device: Slug, command: CommandName });

export const automationRoutes: FastifyPluginAsyncTypebox<AutomationOptions> = async (
  app,
  { registry, kinds, rules },
) => {
  function kindOf({ park, device }: DeviceAddress): Kind {
    const kind = kinds.get(registry.device(park, device)?.kind ?? '');
    if (kind !== undefined) return kind;
    throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${device}`);
  }

  async function show(address: DeviceAddress): Promise<AutomationAnswer> {
    const automation: AutomationAnswer['automation'][number][] = [];
    for (const { command, band: proposed } of kindOf(address).controls ?? []) {
      if (proposed === undefined) continue;
      const rule = await rules.get(address, command);
      // The store may be away: nothing is switched then, and that is what is said.
      const looked = rule && (await rules.look(rule).catch(() => ({ standing: 'unknown' as const, until: undefined })));
      automation.push({
        ...{ command, field: proposed.field, onBelow: proposed.onBelow, offAbove: proposed.offAbove },
        ...{ isActive: false, overrideMinutes: DEFAULT_OVERRIDE_MINUTES, version: 0 },
        ...(rule && shown(rule)),
        standing: looked?.standing ?? 'inactive',
        ...(looked?.until !== undefined && { until: looked.until }),
      });
    }
    return { automation };
  }

  app.get(
    '/devices/:park/:device/automation',
    {
      config: { access: { right: 'read', park: 'named' }, problems: ['DEVICE_UNKNOWN'] },
      schema: {
        tags: ['commands'],
        summary: 'The rules by which the platform switches a device, and what they make of the present',
        params: Exact({ park: Slug, device: Slug }),
        response: { 200: AutomationAnswer },
      },
    },
    async ({ params }) => show(params),
  );

  app.put(
    '/devices/:park/:device/automation/:command',
    {
      config: {
        access: { right: 'agronomy', park: 'named' },
        audit: { what: 'automation.change' },
        problems: ['DEVICE_UNKNOWN', 'AUTOMATION_INVALID', 'STATE_CONFLICT'],
      },
      schema: {
        tags: ['commands'],
        summary: 'Sets the rule of a control: the next version of it, under the name of who sets it',
        params: OneControl,
        body: Exact({
          ...{ ...band, isActive: Type.Boolean(), overrideMinutes: Type.Optional(Type.Integer()) },
          sensor: Type.Optional(Slug),
          version: Type.Integer({ minimum: 0, description: 'the one that the change is based on; 0: none yet' }),
        }),
        response: { 200: AutomationAnswer },
      },
    },
    async (request) => {
      const { command, ...address } = request.params;
      const { version, overrideMinutes = DEFAULT_OVERRIDE_MINUTES, ...change } = request.body;
      const before = await rules.get(address, command);
      const rule = await rules.set(address, command, { ...change, overrideMinutes }, version, authorOf(request));
      request.audited = { ...(before && { before: shown(before) }), after: shown(rule) };
      return await show(address);
    },
  );

  app.post(
    '/devices/:park/:device/automation/:command/resume',
    {
      config: {
        access: { right: 'operate', park: 'named' },
        audit: { what: 'automation.resume' },
        problems: ['DEVICE_UNKNOWN', 'AUTOMATION_INVALID', 'STATE_CONFLICT'],
      },
      schema: {
        tags: ['commands'],
        summary: "Ends what a person's switching holds up: the rule goes on at once",
        params: OneControl,
        body: Exact({}),
        response: { 200: AutomationAnswer },
      },
    },
    async ({ params: { command, ...address } }) => {
      kindOf(address);
      await rules.resume(address, command);
      return await show(address);
    },
  );
};

const authorOf = (request: FastifyRequest) => actorOf(request, undefined);

function shown({ onBelow, offAbove, isActive, overrideMinutes, sensor, version, author, changedAt }: Rule) {
  return {
    ...{ onBelow, offAbove, isActive, overrideMinutes, version, author, changedAt },
    ...(sensor !== undefined && { sensor }),
  };
}
