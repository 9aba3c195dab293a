/** A publish without a PUBACK is never sent again. */
import type { Connection, Facts, Published } from '../facts.ts';
import { isTelemetry } from '../facts.ts';
import { fail, ok, type Rule, unseen } from '../rule.ts';
import { exampleOf, timeOf } from '../words.ts';

/** So many newer publishes, or so long a connection, and it did not come: it will not come. */
const NEWER = 3;
const PATIENCE_MS = 60_000;

export const resend: Rule = {
  code: 'NOT_RESENT',
  title: { zh: '没有 PUBACK 就重发', en: 'Sends again what has no PUBACK' },
  costs: {
    zh: '断线瞬间在路上的数据丢失：平台没有确认，设备却当作已送达。',
    en: 'What is on its way when the link breaks is lost: the platform gave no PUBACK, and the device took it for delivered.',
  },
  change: {
    zh: '收到 PUBACK 才删除；重连后（以及 10–30 秒没有 PUBACK 时）把未确认的按原标识、带 DUP 重发。',
    en: 'Delete a reading only after its PUBACK; after reconnecting send all that are open again, same id, with DUP.',
  },
  judge(facts) {
    const open = openOf(facts);
    if (open.length === 0) return unseen;
    const lost = open.filter((each) => !cameAgain(each, facts) && isDecided(each, facts));
    const [first] = lost;
    const again = open.filter((each) => cameAgain(each, facts)).length;
    if (first === undefined) {
      if (again === 0) return unseen;
      return ok(`${open.length} 条未确认，${again} 条已重发。`, `${open.length} had no PUBACK; ${again} came again.`);
    }
    return fail(
      `${open.length} 条断线时未确认，${lost.length} 条再没有发来，如 ${timeOf(first.at)}：${exampleOf(first)}`,
      `${open.length} had no PUBACK when their connection ended; ${lost.length} never came again, such as ${timeOf(first.at)}: ${exampleOf(first)}`,
    );
  },
};

/** Telemetry at QoS 1 that had no PUBACK when its connection ended. */
export function openOf({ connections }: Facts): readonly Published[] {
  return connections
    .filter(({ endedAt }) => endedAt !== undefined)
    .flatMap(({ publishes }) => publishes)
    .filter((each) => each.qos > 0 && each.acknowledgedAt === undefined && isTelemetry(each));
}

/** The same content again, or its readings in another envelope. */
export function cameAgain(published: Published, { publishes }: Facts): boolean {
  const times = new Set(published.readings.map(({ time }) => time));
  return publishes.some(
    (each) =>
      each !== published &&
      each.at >= published.at &&
      (each.content === published.content || each.readings.some(({ time }) => times.has(time))),
  );
}

function isDecided(published: Published, { connections, now }: Facts): boolean {
  const later = connections.filter((each) => each.at > published.at);
  const newer = later.flatMap((each: Connection) => each.publishes).filter(isTelemetry);
  return newer.length >= NEWER || later.some(({ at, endedAt = now }) => endedAt - at > PATIENCE_MS);
}
