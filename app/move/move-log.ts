/** Copies a log to an empty one entry by entry, each to its own position, so that stored positions stay valid. */
import { DaoyuError } from '../../base/errors.ts';
import type { Bus, Entry } from '../../bus/bus.ts';

/** Appended together; a server syncs each. */
const BATCH = 200;
/** Filler for a position without an entry, where an append had failed. No consumer reads it. */
const fillerAt = (position: number): Entry => ({
  subject: 'daoyu.moved',
  data: '{"version":1}',
  id: `move-${position}`,
});

/** Continues after an interruption. Rejects with `MOVE_DISTURBED` if another program appends there. */
export async function moveLog(
  source: Pick<Bus, 'status' | 'consume'>,
  target: Pick<Bus, 'status' | 'append' | 'consume'>,
  onProgress: (done: number, of: number) => void,
): Promise<number> {
  const { firstPosition, lastPosition } = await source.status();
  const { lastPosition: reached } = await target.status();
  if (reached >= firstPosition && !(await isSame(source, target, reached, lastPosition))) throw disturbed(reached);
  let next = Math.max(reached + 1, firstPosition);
  if (next > lastPosition) return lastPosition - firstPosition + 1;
  const consumption = await source.consume({ subjects: ['>'], from: { after: next - 1 } });
  let batch: Entry[] = [];
  try {
    for await (const { position, subject, data } of consumption) {
      for (; next < position; next++) batch.push(fillerAt(next));
      batch.push({ subject, data, id: `move-${position}` });
      next = position + 1;
      if (batch.length < BATCH && position < lastPosition) continue;
      const end = await target.append(batch);
      if (end !== position) throw disturbed(end);
      batch = [];
      onProgress(position - firstPosition + 1, lastPosition - firstPosition + 1);
      if (position >= lastPosition) break;
    }
  } finally {
    await consumption.close();
  }
  return lastPosition - firstPosition + 1;
}

/** Whether the last entry of the new log equals the old one at the same position. */
async function isSame(
  source: Pick<Bus, 'consume'>,
  target: Pick<Bus, 'consume'>,
  position: number,
  lastPosition: number,
): Promise<boolean> {
  if (position > lastPosition) return false;
  const [there, here] = await Promise.all([entryAt(source, position), entryAt(target, position)]);
  // A filler is appended together with the entry after it.
  return there?.position === position && here?.position === position && there.data === here.data;
}

async function entryAt(bus: Pick<Bus, 'consume'>, position: number) {
  const consumption = await bus.consume({ subjects: ['>'], from: { after: position - 1 } });
  try {
    for await (const delivery of consumption) return delivery;
    return undefined;
  } finally {
    await consumption.close();
  }
}

function disturbed(position: number): DaoyuError {
  return new DaoyuError(
    'MOVE_DISTURBED',
    `position ${position} of the new log differs from the old one: another program has appended to it. Stop that program, empty the new servers and start again`,
  );
}
