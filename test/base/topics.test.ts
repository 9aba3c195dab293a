import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clientIdOf,
  PARTITIONS,
  parseTopic,
  partitionOf,
  partitionOfSubject,
  subjectMatches,
  subjects,
  subjectsOfPartition,
} from '../../base/topics.ts';

const DEVICES = Array.from({ length: 200 }, (_, index) => ({ park: `park-${index % 3}`, device: `d-${index}` }));
const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);

describe('partitions', () => {
  it('each take a like share of the devices', () => {
    for (const partition of partitions) {
      const share = DEVICES.filter((device) => partitionOf(device) === partition).length;
      expect(share).toBeGreaterThan(DEVICES.length / PARTITIONS / 2);
    }
  });

  it('take every subject once: all of a device on one, and on the first what carries none', () => {
    const taking = (subject: string) =>
      partitions.filter((each) => subjectsOfPartition(each).some((pattern) => subjectMatches(pattern, subject)));
    for (const device of DEVICES) {
      const own = [partitionOf(device)];
      expect(taking(subjects.readings(device, 'aquaculture_pond'))).toEqual(own);
      expect(taking(subjects.readings(device, 'cold_chain'))).toEqual(own);
      expect(taking(subjects.quarantine(device))).toEqual(own);
      expect(partitionOfSubject(subjects.readings(device, 'cold_chain'))).toBe(own[0]);
      expect(partitionOfSubject(subjects.quarantine(device))).toBe(own[0]);
    }
    for (const subject of ['daoyu.readings.park.pond', 'daoyu.quarantine.park']) {
      expect(taking(subject)).toEqual([0]);
      expect(partitionOfSubject(subject)).toBe(0);
    }
  });
});

describe('the partition of a device', () => {
  // Worked out apart from the code: entries of years ago carry it, so it must never change.
  it.each([
    ['daoyu', 'my-probe', 0],
    ['tianyu', 'pond-1', 2],
    ['daoyu', 'zhuxi-pond-1-station', 0],
    ['a', 'b', 0],
    ['park-0', 'd-0', 3],
    ['x', 'y'.repeat(64), 3],
  ])('of %s.%s is %d', (park, device, partition) => {
    expect(partitionOf({ park, device })).toBe(partition);
  });
});

describe('a topic', () => {
  it('names park, device and all that follows', () => {
    expect(parseTopic('daoyu/tianyu/pond-1/telemetry')).toEqual({
      ...{ park: 'tianyu', device: 'pond-1', channel: 'telemetry' },
    });
    expect(parseTopic('daoyu/t/d/commands/aerator')).toMatchObject({ channel: 'commands/aerator' });
    expect(parseTopic(`daoyu/${'p'.repeat(64)}/d/status`)).toMatchObject({ channel: 'status' });
    expect(clientIdOf({ park: 'tianyu', device: 'pond-1' })).toBe('tianyu.pond-1');
  });

  it.each([
    ...['daoyu/tianyu/pond-1', 'daoyu/tianyu', 'daoyu', '', 'other/tianyu/pond-1/telemetry', '/daoyu/tianyu/pond-1/x'],
    ...['daoyu//pond-1/telemetry', 'daoyu/Tianyu/pond-1/telemetry', 'daoyu/tianyu/pond.1/telemetry'],
    ...[`daoyu/${'p'.repeat(65)}/d/status`, 'daoyu/+/pond-1/telemetry', 'daoyu/tianyu/#/x'],
  ])('"%s" is of no device', (topic) => {
    expect(parseTopic(topic)).toBeUndefined();
  });
});

it('a pattern matches as its translation into a regular expression does', () => {
  const token = fc.constantFrom('a', 'b', 'ab');
  const wanted = fc.array(fc.oneof(token, fc.constant('*')), { minLength: 1, maxLength: 4 });
  const subject = fc.array(token, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(wanted, fc.boolean(), subject, (tokens, isOpen, parts) => {
      const pattern = isOpen ? [...tokens, '>'] : tokens;
      const translated = pattern.map((each) => (each === '*' ? '[^.]+' : each === '>' ? '.+' : each)).join('\\.');
      const isMatch = new RegExp(`^${translated}$`).test(parts.join('.'));
      expect(subjectMatches(pattern.join('.'), parts.join('.'))).toBe(isMatch);
    }),
    { numRuns: 1000 },
  );
});
