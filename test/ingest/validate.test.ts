import { describe, expect, it } from 'vitest';
import { type ValueRules, validate } from '../../ingest/validate.ts';
import { fieldNamed, loadKinds } from '../../sensors/kinds.ts';

const kinds = await loadKinds();

function field(name: string, kindName = 'aquaculture_pond') {
  const kind = kinds.get(kindName);
  const found = kind === undefined ? undefined : fieldNamed(kind, name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return found;
}

const PLAIN: ValueRules = { scale: 1, offset: 0, acceptStrings: false };
const verdict = (name: string, given: unknown, rules: Partial<ValueRules> = {}) =>
  validate(field(name), given, { ...PLAIN, ...rules });

describe('a value', () => {
  it('inside of the physical range is good, its ends included', () => {
    expect(verdict('ph', 7.81)).toEqual({ is: 'good', value: 7.81 });
    expect(verdict('ph', 0)).toEqual({ is: 'good', value: 0 });
    expect(verdict('ph', 14)).toEqual({ is: 'good', value: 14 });
  });

  it('outside of it is bad, with a hint at the likely cause', () => {
    expect(verdict('ph', 15.45166)).toMatchObject({
      code: 'VALUE_OUT_OF_RANGE',
      message: expect.stringMatching(/0…14/),
    });
    expect(verdict('dissolved_oxygen', 653)).toMatchObject({
      message: expect.stringMatching(/scaled by 100.*6\.53.*scale to 0\.01/),
    });
    expect(verdict('water_temperature', 77)).toMatchObject({ message: expect.stringMatching(/Fahrenheit/) });
    expect(verdict('water_temperature', 298.15)).toMatchObject({ message: expect.stringMatching(/kelvin/) });
  });

  it('a little below a physical zero is stored as zero', () => {
    expect(verdict('turbidity', -0.8)).toEqual({ is: 'clamped', value: 0 });
    expect(verdict('turbidity', -13)).toMatchObject({ code: 'VALUE_OUT_OF_RANGE' });
  });

  it('that stands for a broken probe is a sentinel', () => {
    expect(verdict('water_temperature', -127)).toMatchObject({ code: 'VALUE_SENTINEL' });
    expect(verdict('water_temperature', 85)).toMatchObject({ code: 'VALUE_SENTINEL' });
    expect(verdict('ph', 65_535)).toMatchObject({ code: 'VALUE_SENTINEL' });
    expect(verdict('ph', -999)).toMatchObject({ code: 'VALUE_SENTINEL' });
    expect(verdict('dissolved_oxygen', 65_535, { scale: 0.01 })).toMatchObject({ code: 'VALUE_SENTINEL' });
    expect(verdict('ph', 6553.5)).toMatchObject({ code: 'VALUE_SENTINEL' });
    expect(verdict('ph', 7.77, { sentinels: [7.77] })).toMatchObject({ code: 'VALUE_SENTINEL' });
  });

  it('equal to a sentinel is believed where it can be measured: a paddy at -127 mm', () => {
    expect(validate(field('water_level', 'paddy_water'), -127, PLAIN)).toEqual({ is: 'good', value: -127 });
  });

  it('is scaled and shifted without the tail of binary fractions', () => {
    expect(verdict('dissolved_oxygen', 643, { scale: 0.01 })).toEqual({ is: 'good', value: 6.43 });
    expect(verdict('water_temperature', 77, { scale: 5 / 9, offset: -160 / 9 })).toEqual({ is: 'good', value: 25 });
  });

  it('as a text is not a number, and the device is told what would be right', () => {
    expect(verdict('ph', '7.8')).toMatchObject({
      code: 'VALUE_NOT_A_NUMBER',
      message: expect.stringMatching(/number 7\.8 without quotes/),
    });
    expect(verdict('ph', '7,8')).toMatchObject({
      code: 'VALUE_NOT_A_NUMBER',
      message: expect.stringMatching(/7\.8 with a point/),
    });
    expect(verdict('ph', '###')).toMatchObject({ code: 'VALUE_NOT_A_NUMBER' });
    expect(verdict('ph', true)).toMatchObject({ code: 'VALUE_NOT_A_NUMBER' });
    expect(verdict('ph', [7])).toMatchObject({ code: 'VALUE_NOT_A_NUMBER' });
    expect(verdict('ph', '7.8', { acceptStrings: true })).toEqual({ is: 'good', value: 7.8 });
    expect(verdict('ph', '0x10', { acceptStrings: true })).toMatchObject({ code: 'VALUE_NOT_A_NUMBER' });
  });

  it('that is not finite is bad even as a text of a vendor', () => {
    expect(verdict('ammonia_nitrogen', Number.POSITIVE_INFINITY)).toMatchObject({ code: 'VALUE_NOT_FINITE' });
    expect(verdict('ammonia_nitrogen', 'inf', { acceptStrings: true })).toMatchObject({ code: 'VALUE_NOT_FINITE' });
    expect(verdict('ammonia_nitrogen', 'NaN')).toMatchObject({ code: 'VALUE_NOT_FINITE' });
    expect(verdict('ph', 1e308, { scale: 1e308 })).toMatchObject({ is: 'bad' });
  });

  it('of null was not measured', () => {
    expect(verdict('ph', null)).toEqual({ is: 'absent' });
  });

  it('of a switch is true or false, 1 or 0, on or off', () => {
    for (const on of [true, 1, 'on', 'ON', 'true', '开'])
      expect(verdict('aerator_on', on)).toEqual({ is: 'good', value: 1 });
    for (const off of [false, 0, 'off', 'false', '关'])
      expect(verdict('aerator_on', off)).toEqual({ is: 'good', value: 0 });
    expect(verdict('aerator_on', 2)).toMatchObject({
      code: 'VALUE_NOT_A_CHOICE',
      message: expect.stringMatching(/0 \(off\), 1 \(on\)/),
    });
    expect(verdict('aerator_on', 'maybe')).toMatchObject({ code: 'VALUE_NOT_A_NUMBER' });
  });

  it('of a choice is one of its keys or its name', () => {
    const fix = field('rtk_fix', 'drone_seeding');
    expect(validate(fix, 4, PLAIN)).toEqual({ is: 'good', value: 4 });
    expect(validate(fix, 3, PLAIN)).toMatchObject({ code: 'VALUE_NOT_A_CHOICE' });
    expect(validate(fix, 1.5, PLAIN)).toMatchObject({ code: 'VALUE_NOT_A_CHOICE' });
  });
});
