import { describe, expect, it } from 'vitest';
import {
  PARTITIONS,
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
