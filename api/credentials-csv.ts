/** Credentials of many devices as a table, for the workshop that sets the devices up. */
import { csvLine } from '../base/csv.ts';
import type { BatchCredentials } from './routes/device-batch.ts';
import { serverOf } from './setup-text.ts';

const HEADER = ['device', 'name', 'site', 'server', 'client_id', 'username', 'password', 'telemetry_topic'];

export function csvOfCredentials(all: readonly BatchCredentials[], hostname: string): string {
  const lines = all.map(({ device, label, site, urls, clientId, username, password, topics }) => {
    const { host, port } = serverOf(urls, hostname);
    return csvLine([device, label.zh, site, `${host}:${port}`, clientId, username, password, topics.telemetry]);
  });
  // Spreadsheets need the mark to read Chinese.
  return `\uFEFF${csvLine(HEADER)}${lines.join('')}`;
}
