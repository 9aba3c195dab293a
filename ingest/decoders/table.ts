/** Every payload format there is, in the order in which `auto` tries them: those that say most of themselves first. */
import { alink } from './alink.ts';
import { batch } from './batch.ts';
import { cbor } from './cbor.ts';
import { chirpStack } from './chirpstack.ts';
import { chirpStack3 } from './chirpstack3.ts';
import type { Decoder } from './decoder.ts';
import { espHome } from './esphome.ts';
import { helium } from './helium.ts';
import { hj212 } from './hj212.ts';
import { huawei } from './huawei.ts';
import { jetLinks } from './jetlinks.ts';
import { modbus } from './modbus.ts';
import { oneNet } from './onenet.ts';
import { senMl } from './senml.ts';
import { senseCap } from './sensecap.ts';
import { shelly } from './shelly.ts';
import { sparkplug } from './sparkplug.ts';
import { tasmota } from './tasmota.ts';
import { teltonika } from './teltonika.ts';
import { tencent } from './tencent.ts';
import { thingsBoard } from './thingsboard.ts';
import { theThingsStack } from './tts.ts';
import { zigbee2Mqtt } from './zigbee2mqtt.ts';

export const DECODERS: readonly Decoder[] = [
  ...[senMl, hj212, modbus, sparkplug, espHome, cbor],
  ...[
    chirpStack,
    chirpStack3,
    theThingsStack,
    helium,
    senseCap,
    huawei,
    tencent,
    jetLinks,
    oneNet,
    shelly,
    alink,
    teltonika,
    tasmota,
    zigbee2Mqtt,
  ],
  ...[thingsBoard, batch],
];

/** What a mapping may name as its `envelope`. `none`: plain objects, whatever they look like. */
export const FORMATS: readonly string[] = ['auto', 'none', ...DECODERS.map(({ name }) => name)];

/** Undefined: `auto`, `none` or nothing was named. */
export const decoderNamed = (name: string | undefined): Decoder | undefined =>
  DECODERS.find((decoder) => decoder.name === name);
