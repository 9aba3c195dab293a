/** The rules of an installation in the shared state, and what each of them makes of the present. */
import { codeOf, DaoyuError } from '../base/errors.ts';
import type { DeviceAddress } from '../base/topics.ts';
import type { Commands } from '../commands/commands.ts';
import type { Kv } from '../kv/kv.ts';
import { intervalOf } from '../registry/device-health.ts';
import type { Device, Registry } from '../registry/registry.ts';
import { freshValue, type MeasuredLast } from '../sensors/interlocks.ts';
import type { Control, Kind } from '../sensors/kind.ts';
import type { Store } from '../store/store.ts';
import { type Decision, decide } from './decide.ts';
import { checkRule, type Rule, type RuleChange } from './rule.ts';

export interface Rules {
  get(device: DeviceAddress, command: string): Promise<Rule | undefined>;
  all(): Promise<readonly Rule[]>;
  /** `version`: the one that the change is based on, 0 for a new rule. Rejects with `AUTOMATION_INVALID`, `STATE_CONFLICT`, `DEVICE_UNKNOWN`. */
  set(device: DeviceAddress, command: string, change: RuleChange, version: number, author: string): Promise<Rule>;
  /** Ends an override before its time. Rejects with `AUTOMATION_INVALID`. */
  resume(device: DeviceAddress, command: string): Promise<Rule>;
  remove(rule: Rule): Promise<void>;
  /** Rejects when the store does not answer. */
  look(rule: Rule): Promise<Decision>;
}

export interface RulesOptions {
  readonly kv: Kv;
  readonly registry: Pick<Registry, 'device'>;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly store: Pick<Store, 'latest'>;
  readonly commands: Pick<Commands, 'list'>;
  readonly clock: () => number;
}

const PREFIX = 'automation/';
const keyOf = ({ park, device }: DeviceAddress, command: string) => `${PREFIX}${park}/${device}/${command}`;
/** Commands looked back on. */
const LOOKED_AT = 20;

export function createRules({ kv, registry, kinds, store, commands, clock }: RulesOptions): Rules {
  function known({ park, device: id }: DeviceAddress): { readonly device: Device; readonly kind: Kind } {
    const device = registry.device(park, id);
    const kind = kinds.get(device?.kind ?? '');
    if (device === undefined || kind === undefined)
      throw new DaoyuError('DEVICE_UNKNOWN', `park ${park} has no device ${id}`);
    return { device, kind };
  }

  function controlOf(address: DeviceAddress, command: string): Control {
    const control = known(address).kind.controls?.find((each) => each.command === command);
    if (control !== undefined) return control;
    throw new DaoyuError('AUTOMATION_INVALID', `${address.device} has no ${command} to switch`);
  }

  const read = (device: DeviceAddress, command: string) => kv.get<Rule>(keyOf(device, command));

  /** What a device measured last, as far as it says something of now. */
  async function measured({ park, device: id }: DeviceAddress) {
    const { device, kind } = known({ park, device: id });
    const [latest] = await store.latest({ park, device: id, kind: kind.name });
    const intervalMs = intervalOf(device, kind);
    const now = clock();
    const value = (field = '') => freshValue(latest as MeasuredLast | undefined, field, intervalMs, now);
    return { value, intervalMs };
  }

  return {
    get: async (device, command) => (await read(device, command))?.value,
    async all() {
      const rules: Rule[] = [];
      for await (const { value } of kv.list<Rule>(PREFIX)) rules.push(value);
      return rules;
    },
    async set(device, command, change, version, author) {
      const control = controlOf(device, command);
      const measuring = change.sensor === undefined ? device : { park: device.park, device: change.sensor };
      const field = known(measuring).kind.fields.find(({ name }) => name === control.band?.field);
      checkRule(change, control, field);
      const before = await read(device, command);
      if ((before?.value.version ?? 0) !== version)
        throw new DaoyuError('STATE_CONFLICT', 'somebody else changed this rule meanwhile: read it again');
      const { sensor, ...rest } = change;
      const { park, device: id } = device;
      const rule: Rule = {
        ...{ park, device: id, command, ...rest, version: version + 1, author, changedAt: clock() },
        ...(sensor !== undefined && { sensor }),
      };
      await kv.put(keyOf(device, command), rule, before?.revision ?? 0);
      return rule;
    },
    async resume(device, command) {
      const before = await read(device, command);
      if (before === undefined) throw new DaoyuError('AUTOMATION_INVALID', `there is no rule for ${command} to resume`);
      const rule = { ...before.value, resumedAt: clock() };
      await kv.put(keyOf(device, command), rule, before.revision);
      return rule;
    },
    async remove(rule) {
      await kv.delete(keyOf(rule, rule.command)).catch((error: unknown) => {
        if (codeOf(error) !== 'STATE_CONFLICT') throw error;
      });
    },
    async look(rule) {
      const { park, device, sensor = device, command } = rule;
      const control = controlOf(rule, command);
      const [switched, sensing] = await Promise.all([measured(rule), measured({ park, device: sensor })]);
      const sent = await commands.list({ park, device }, { limit: LOOKED_AT });
      const reported = switched.value(control.field);
      return decide({
        rule,
        value: sensing.value(control.band?.field),
        isOn: reported === undefined ? undefined : reported === 1,
        commands: sent.filter(({ name }) => name === command),
        intervalMs: switched.intervalMs,
        now: clock(),
      });
    },
  };
}
