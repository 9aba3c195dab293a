/** The table as a data package: one archive with the readings as CSV, what people did, the corrections, and what it all means. */
import { Readable } from 'node:stream';
import yazl from 'yazl';
import type { FarmEvent } from '../journal/events.ts';
import { csvOfEvents } from './events-csv.ts';

export interface PackageParts {
  readonly readings: AsyncIterable<string>;
  readonly events: readonly FarmEvent[];
  readonly description: object;
}

export function packageOf({ readings, events, description }: PackageParts): AsyncIterable<Uint8Array> {
  const zip = new yazl.ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error) => output.destroy(error as Error));
  zip.addReadStreamLazy('readings.csv', {}, (done) => {
    const stream = Readable.from(readings);
    output.once('close', () => stream.destroy());
    done(null, stream);
  });
  zip.addBuffer(Buffer.from(csvOfEvents(events)), 'events.csv');
  zip.addBuffer(Buffer.from(JSON.stringify(description, null, 2)), 'datapackage.json');
  zip.end();
  return output;
}
