import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AUTOMATIC, decide, type Situation } from '../../automation/decide.ts';
import type { Rule } from '../../automation/rule.ts';
import { COMMAND_STATES, type Command } from '../../commands/command.ts';

const NOW = Date.parse('2026-07-20T04:00:00+08:00');
const MINUTE = 60_000;
const rule: Rule = {
  ...{ park: 'p', device: 'd', command: 'aerator', isActive: true, onBelow: 4.5, offAbove: 6, overrideMinutes: 120 },
  ...{ version: 1, author: 'wang', changedAt: NOW - 10 * 3_600_000 },
};
const sent = (minutesAgo: number, change: Partial<Command> = {}): Command => ({
  ...{ id: 'x', park: 'p', device: 'd', name: 'aerator', value: { on: true }, by: 'wang', state: 'done' },
  ...{ sentAt: NOW - minutesAgo * MINUTE, expires: NOW, endedAt: NOW - minutesAgo * MINUTE },
  ...change,
});
const decided = (given: Partial<Situation>) =>
  decide({ rule, value: 5, isOn: false, commands: [], intervalMs: MINUTE, now: NOW, ...given });

describe('a rule with a band', () => {
  it('switches on below it, off above it, and nothing in between', () => {
    expect(decided({ value: 4.49 })).toEqual({ standing: 'switching', wish: true });
    expect(decided({ value: 4.49, isOn: true })).toEqual({ standing: 'right', wish: true });
    expect(decided({ value: 6.01, isOn: true })).toEqual({ standing: 'switching', wish: false });
    expect(decided({ value: 6.01 })).toEqual({ standing: 'right', wish: false });
    for (const isOn of [true, false, undefined])
      for (const value of [4.5, 5, 6]) expect(decided({ value, isOn })).toEqual({ standing: 'between' });
  });

  it('never switches off on a value that is absent, whatever else is the case', () => {
    const command = fc.record({
      ...{ state: fc.constantFrom(...COMMAND_STATES), by: fc.constantFrom('wang', AUTOMATIC), ago: fc.nat(500) },
      value: fc.constantFrom({ on: true }, { on: false }, { auto: true }, null),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 3 }), fc.constantFrom(true, false, undefined), (commands, isOn) => {
        const given = commands.map(({ ago, ...each }) => sent(ago, each)).sort((a, b) => b.sentAt - a.sentAt);
        expect(decided({ value: undefined, isOn, commands: given }).wish).toBeUndefined();
      }),
    );
  });

  it('switches on what says nothing of itself, and not off', () => {
    expect(decided({ value: 3, isOn: undefined })).toEqual({ standing: 'switching', wish: true });
    expect(decided({ value: 9, isOn: undefined })).toEqual({ standing: 'unknown' });
  });

  it("leaves a person's switching alone until it ends by itself", () => {
    const by = (minutesAgo: number) => decided({ value: 3, commands: [sent(minutesAgo, { value: { on: false } })] });
    expect(by(119)).toEqual({ standing: 'manual', until: NOW + MINUTE });
    expect(by(120)).toEqual({ standing: 'switching', wish: true });
    const commands = [sent(5, { value: { on: false } })];
    expect(decided({ value: 3, commands, rule: { ...rule, resumedAt: NOW } }).standing).toBe('switching');
    expect(decided({ value: 3, commands, rule: { ...rule, changedAt: NOW } }).standing).toBe('switching');
    // What failed changed nothing; what nobody answered may have.
    expect(decided({ value: 3, commands: [sent(5, { state: 'failed' })] }).standing).toBe('switching');
    expect(decided({ value: 3, commands: [sent(5, { state: 'expired' })] }).standing).toBe('manual');
  });

  it("stands back where the device's own controller was given the lead, for as long as it has it", () => {
    const commands = [sent(500, { value: { auto: true } })];
    expect(decided({ value: 3, commands })).toEqual({ standing: 'device' });
    expect(decided({ value: 3, commands, rule: { ...rule, changedAt: NOW } }).standing).toBe('switching');
  });

  it('waits for its own command, and tries again after it failed, expired, or had no effect', () => {
    const own = (minutesAgo: number, state: Command['state']) =>
      decided({ value: 3, commands: [sent(minutesAgo, { by: AUTOMATIC, state })] }).standing;
    expect(own(0.5, 'sent')).toBe('waiting');
    expect(own(0.5, 'failed')).toBe('waiting');
    expect(own(2, 'failed')).toBe('switching');
    expect(own(2, 'done')).toBe('waiting');
    expect(own(4, 'done')).toBe('switching');
    const opposite = [sent(0.5, { by: AUTOMATIC, value: { on: false } })];
    expect(decided({ value: 3, commands: opposite }).standing).toBe('switching');
  });

  it('does nothing while it is off', () => {
    expect(decided({ value: 1, rule: { ...rule, isActive: false } })).toEqual({ standing: 'inactive' });
  });
});
