/** `npm run bench -- ingest|imports|exports|idle|alarms|live|fuzz|fuzz-decoders|query|footprint|models|simulate|page|views`: measures and passes no judgement. Results and machine: bench/README.md. */
import { Command } from 'commander';
import { benchAlarmReach } from './alarm-reach.ts';
import { benchAlarms } from './alarms.ts';
import { benchExports } from './exports.ts';
import { benchFootprint } from './footprint.ts';
import { benchFuzz } from './fuzz.ts';
import { benchFuzzDecoders } from './fuzz-decoders.ts';
import { benchIdle } from './idle.ts';
import { benchImports } from './imports.ts';
import { benchIngest } from './ingest.ts';
import { benchLiveReaders } from './live-readers.ts';
import { benchModels } from './models.ts';
import { benchPage } from './page.ts';
import { benchQuery } from './query.ts';
import { benchSimulate } from './simulate.ts';
import { benchStack } from './stack.ts';
import { benchViews } from './views.ts';

const program = new Command('bench').description('measure the platform on this machine');
program
  .command('ingest')
  .description(
    'CPU of a reading by thread until it is stored, PUBACK times and memory, beside brokers that keep nothing',
  )
  .option('--seconds <n>', 'length of each measurement', '5')
  .option('--only <text>', 'points whose name contains it', '')
  .option('--profiles <folder>', 'a CPU profile of the main thread for each point')
  .option('--many', '5,000 connections as well; their passwords take minutes')
  .option('--idle <n>', 'idle connections for the memory figure; 0 leaves it out', '5000')
  .option('--stack', 'on NATS and InfluxDB, started here; adds the rate that arrives in InfluxDB')
  .action(
    (options: { seconds: string; idle: string; only: string; profiles?: string; many?: boolean; stack?: boolean }) =>
      options.stack
        ? benchStack({ seconds: Number(options.seconds) })
        : benchIngest({
            seconds: Number(options.seconds),
            idle: Number(options.idle),
            many: options.many === true,
            only: options.only,
            profiles: options.profiles,
          }),
  );
program
  .command('idle')
  .description('CPU with some devices connected, silent and with a reading each 30 s')
  .option('--devices <n>', 'how many', '24')
  .option('--seconds <n>', 'length of each measurement', '60')
  .option('--profiles <folder>', 'a CPU profile of the main thread for each line')
  .action((options: { devices: string; seconds: string; profiles?: string }) =>
    benchIdle({ devices: Number(options.devices), seconds: Number(options.seconds), profiles: options.profiles }),
  );
program
  .command('alarms')
  .description(
    'what the alarm engine costs a reading and holds in memory; with --reach, the time from a bad reading to its message',
  )
  .option('--devices <n>', 'devices, each with a reading every 30 s', '1000')
  .option('--reach', 'with a whole platform, and a webhook that notes when it was handed each message')
  .option('--seconds <n>', 'with --reach, length of the measurement', '45')
  .action(({ devices, reach, seconds }: { devices: string; reach?: boolean; seconds: string }) =>
    reach
      ? benchAlarmReach({ devices: Number(devices), seconds: Number(seconds) })
      : benchAlarms({ devices: Number(devices) }),
  );
program
  .command('live')
  .description('PUBACK times while many readers replay the whole log over /live?after=0')
  .option('--megabytes <n>', 'size of the log', '57')
  .option('--seconds <n>', 'length of each measurement', '20')
  .option('--readers <list>', 'readers at one time', '0,10,50,200')
  .action((options: { megabytes: string; seconds: string; readers: string }) =>
    benchLiveReaders({
      megabytes: Number(options.megabytes),
      seconds: Number(options.seconds),
      readers: options.readers.split(',').map(Number),
    }),
  );
program
  .command('fuzz')
  .description('mutated MQTT packets over TCP and WebSocket: does the platform live and serve')
  .option('--packets <n>', 'how many', '200000')
  .action((options: { packets: string }) => benchFuzz({ packets: Number(options.packets) }));
program
  .command('fuzz-decoders')
  .description('mutated messages of every payload format and device model through decoders, mapping and validation')
  .option('--inputs <n>', 'how many of each format', '100000')
  .action((options: { inputs: string }) => benchFuzzDecoders({ inputs: Number(options.inputs) }));
program
  .command('query')
  .description('series queries on a store of many readings')
  .option('--readings <n>', 'readings in the store', '50000000')
  .action((options: { readings: string }) => benchQuery({ readings: Number(options.readings) }));
program
  .command('imports')
  .description('an import of many rows: the first time, and when all of it is there already')
  .option('--rows <n>', 'of the file', '1000000')
  .option('--profiles <folder>', 'a CPU profile of the main thread for each')
  .action((options: { rows: string; profiles?: string }) =>
    benchImports({ rows: Number(options.rows), profiles: options.profiles }),
  );
program
  .command('exports')
  .description(
    'memory, rate and stalls of the event loop of exports of a large store (run with NODE_OPTIONS=--expose-gc)',
  )
  .option('--readings <n>', 'in the store', '50000000')
  .option('--formats <list>', 'of csv, parquet, arrow', 'csv,parquet,arrow')
  .action((options: { readings: string; formats: string }) =>
    benchExports({ readings: Number(options.readings), formats: options.formats.split(',') }),
  );
program
  .command('footprint')
  .description('bytes of disk a reading of log and store, as files, for single readings and arrays')
  .option('--readings <n>', 'of each run', '200000')
  .action((options: { readings: string }) => benchFootprint({ readings: Number(options.readings) }));
program
  .command('models')
  .description('what the simulated ponds, paddies, cold stores and drones cost: CPU and memory a device')
  .option('--devices <n>', 'devices of the large fleet', '5000')
  .action((options: { devices: string }) => benchModels({ devices: Number(options.devices) }));
program
  .command('simulate')
  .description('virtual devices and messages a second that one process drives, its CPU and memory')
  .option('--devices <n>', 'size of the fleet', '5000')
  .option('--seconds <n>', 'length of each measurement', '10')
  .option('--speeds <list>', 'simulated seconds a second', '60,300,1200')
  .action((options: { devices: string; seconds: string; speeds: string }) =>
    benchSimulate({
      devices: Number(options.devices),
      seconds: Number(options.seconds),
      speeds: options.speeds.split(',').map(Number),
    }),
  );
program
  .command('page')
  .description('what the page costs in Chromium with many sites live, and many open pages the server')
  .option('--sites <n>', 'sites of the fleet', '500')
  .option('--seconds <n>', 'length of the measurement', '600')
  .action((options: { sites: string; seconds: string }) =>
    benchPage({ sites: Number(options.sites), seconds: Number(options.seconds) }),
  );
program
  .command('views')
  .description(
    'the series queries of every view, against a running platform (such as up --simulate --history 720 with DAOYU_API_RATE=1000000)',
  )
  .requiredOption('--url <url>', 'where it runs')
  .requiredOption('--token <token>', 'its API token')
  .action((options: { url: string; token: string }) => benchViews(options));
await program.parseAsync();
