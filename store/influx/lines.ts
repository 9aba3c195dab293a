/** Readings as lines of InfluxDB: measurement = kind; tags park, site, device; every number a float; time in ms. */
import { FLAGS, type Flag, isDoubtful } from '../../sensors/flag.ts';
import type { Reading } from '../../sensors/reading.ts';

/** Epoch ms of receipt; present on every point, so that it also marks that there is a reading. */
export const RECEIVED = 'received_at';
/** The device's own counter. */
export const SEQUENCE = 'seq';
/** JSON text; the only field that is no float. */
export const ATTRIBUTES = 'attributes';

export const FLAG_NAMES = Object.keys(FLAGS) as readonly Flag[];

/** 1 if the value of the field has the flag, otherwise absent, so that InfluxQL can count it in a window. */
export const flagField = (field: string, flag: Flag) => `${field}:${flag}`;

/**
 * The field for a doubtful value, so that `mean("dissolved_oxygen")`, in Grafana too, covers good values only. Points from before daoyu 0.2 hold it in
 * the field itself, beside its flag.
 */
export const doubtedField = (field: string) => `${field}:doubted`;

/** Names that need no escape in line protocol and no thought in a query. */
const NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** Why it cannot be written at all, or undefined. Any program may append to the log, so names are checked here too. */
export function unwritable({ park, site, device, kind, values }: Reading): string | undefined {
  const wrong = [park, site, device, kind, ...Object.keys(values)].find((name) => !NAME.test(name));
  return wrong === undefined
    ? undefined
    : `the name ${JSON.stringify(wrong).slice(0, 80)} is not 1 to 64 of A-Z a-z 0-9 _ . -`;
}

/** With `isAddition` only values and their flags: the point exists and keeps its other fields. */
export function lineOf(reading: Reading, isAddition: boolean): string {
  const { park, site, device, kind, time, receivedAt, seq, values, flags, attributes } = reading;
  const fields: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    fields.push(`${isDoubtful(flags?.[name]) ? doubtedField(name) : name}=${value}`);
    for (const flag of flags?.[name] ?? []) fields.push(`${flagField(name, flag)}=1`);
  }
  if (!isAddition) {
    fields.push(`${RECEIVED}=${receivedAt}`);
    if (seq !== undefined) fields.push(`${SEQUENCE}=${seq}`);
    if (attributes !== undefined) fields.push(`${ATTRIBUTES}=${quoted(JSON.stringify(attributes))}`);
  }
  return `${kind},park=${park},site=${site},device=${device} ${fields.join(',')} ${Math.trunc(time)}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
