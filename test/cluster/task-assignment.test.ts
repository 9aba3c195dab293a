import { describe, expect, it, onTestFinished } from 'vitest';
import { assignTasks, divide, type Task, type TaskAssignment } from '../../cluster/task-assignment.ts';
import type { Kv } from '../../kv/kv.ts';
import { openMemoryKv } from '../../kv/memory.ts';
import { eventually } from '../eventually.ts';

const silent = { info() {}, warn() {}, error() {} };
const NAMES = ['a', 'b', 'c', 'd'];

/** Who works on what at this moment. */
function workshop() {
  const working = new Map<string, string>();
  const tasks = (id: string): Task[] =>
    NAMES.map((name) => ({
      name,
      async start() {
        working.set(name, id);
        return { close: () => void (working.get(name) === id && working.delete(name)) };
      },
    }));
  return { working, tasks };
}

async function join(
  kv: Kv,
  id: string,
  tasks: readonly Task[],
  monotonic = () => performance.now(),
): Promise<TaskAssignment> {
  const shared = await assignTasks({ kv, area: 'test', id, tasks, log: silent, monotonic });
  onTestFinished(() => shared.close());
  return shared;
}

describe('tasks', () => {
  it('are divided alike by everybody who sees the same members', () => {
    const members = ['x', 'z', 'y'];
    const shares = members.map((id) => divide(NAMES, [...members].reverse(), id));
    expect(shares.flat().sort()).toEqual(NAMES);
    expect(Math.max(...shares.map(({ length }) => length))).toBe(2);
    expect(divide(NAMES, ['x'], 'x')).toEqual(NAMES);
  });

  it('are all begun by the first, shared with the second, and back with the first when that leaves', async () => {
    const kv = openMemoryKv();
    const { working, tasks } = workshop();
    const first = await join(kv, 'first', tasks('first'));
    expect(first.held).toEqual(NAMES);
    const second = await join(kv, 'second', tasks('second'));
    await eventually(() => first.held.length === 2 && second.held.length === 2);
    await second.close();
    expect(second.held).toEqual([]);
    await eventually(() => first.held.length === 4);
    expect([...working.values()]).toEqual(['first', 'first', 'first', 'first']);
  });

  it('of one that fell silent are taken over, by a clock of our own', async () => {
    const kv = openMemoryKv();
    await kv.put('members/test/dead', 17);
    let skipped = 0;
    const { tasks } = workshop();
    const alive = await join(kv, 'living', tasks('living'), () => performance.now() + skipped);
    expect(alive.held).toHaveLength(2);
    await kv.put('members/test/dead', 18);
    skipped = 4000;
    // Until our own next sign of life: without one we would be the one who is cut off.
    await new Promise((resolve) => setTimeout(resolve, 2300));
    expect(alive.held).toHaveLength(2);
    skipped = 8000;
    await eventually(() => alive.held.length === 4);
  });

  it('of one that was dead before are taken over a little later than a sign of life takes', async () => {
    const kv = openMemoryKv();
    await kv.put('members/test/dead', 17);
    const { tasks } = workshop();
    const alive = await join(kv, 'living', tasks('living'));
    expect(alive.held).toHaveLength(2);
    await eventually(() => alive.held.length === 4, Boolean, 6000);
  });

  it('that cannot begin at the start are told to who started them, and nothing is left behind', async () => {
    const kv = openMemoryKv();
    const broken = NAMES.map((name) => ({ name, start: () => Promise.reject(new Error('no disk')) }));
    await expect(join(kv, 'broken', broken)).rejects.toThrow('no disk');
    for await (const { key } of kv.list('members/')) expect(key).toBeUndefined();
  });

  it('that cannot begin fail the start, and later are tried again while the others go on', async () => {
    const kv = openMemoryKv();
    const { working, tasks } = workshop();
    const broken = (id: string): Task[] => [
      { name: NAMES[0] ?? '', start: () => Promise.reject(new Error('no disk')) },
      ...tasks(id).slice(1),
    ];
    await expect(join(kv, 'first', broken('first'))).rejects.toThrow('no disk');
    expect([...working]).toEqual([]);
    const second = await join(kv, 'second', tasks('second'));
    expect(second.held).toEqual(NAMES);
  });
});
