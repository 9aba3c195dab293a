/** A message of each format as its maker documents it, small. */
export const VECTORS: Readonly<Record<string, unknown>> = {
  chirpstack: {
    deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
    time: '2026-11-28T08:00:14.405836789+00:00',
    deviceInfo: {
      tenantName: 'ChirpStack',
      applicationName: 'pond',
      deviceName: 'swl-3',
      devEui: '0101010101010101',
      tags: {},
    },
    devAddr: '00189440',
    dr: 1,
    fPort: 85,
    data: 'AXVkA2cQAQ==',
    object: { ph: 7.8, water_temp: 24.1 },
    rxInfo: [{ gatewayId: '0016c001f153a14c', uplinkId: 42_170, rssi: -57, snr: 10 }],
    txInfo: { frequency: 868_100_000 },
  },
  tts: {
    end_device_ids: { device_id: 'dev1', application_ids: { application_id: 'app1' }, dev_eui: '0004A30B001C0530' },
    correlation_ids: ['as:up:01'],
    received_at: '2026-11-28T08:10:32.840612345Z',
    uplink_message: {
      session_key_id: 'AXA50==',
      f_cnt: 1,
      f_port: 1,
      frm_payload: 'gkHe',
      decoded_payload: { ph: 7.8, water_temp: 24.1 },
      rx_metadata: [{ gateway_ids: { gateway_id: 'gtw1' }, rssi: -35, snr: 5.2 }],
      received_at: '2026-11-28T08:10:32.6Z',
    },
  },
  chirpstack3: {
    applicationID: '1',
    applicationName: 'pond',
    deviceName: 'swl-3',
    devEUI: 'AQEBAQEBAQE=',
    rxInfo: [
      { gatewayID: 'ABbAAfFToUw=', time: null, rssi: -57, loRaSNR: 10 },
      { gatewayID: 'ABbAAfFToU0=', time: '2026-11-28T08:10:32.840612Z', rssi: -97, loRaSNR: 2 },
    ],
    txInfo: { frequency: 868_100_000, dr: 5 },
    adr: true,
    fCnt: 7,
    fPort: 85,
    data: 'AXVk',
    object: { ph: 7.8 },
    tags: {},
  },
  helium: {
    app_eui: '6948A4B59F4666AD',
    dev_eui: '1C29FBD1D2084E21',
    devaddr: 'B5A44869',
    fcnt: 19,
    hotspots: [{ id: '11KH', name: 'icy-fiery-hippo', reported_at: 1_795_840_000_000, rssi: -54, snr: 9.8 }],
    id: '7c523974',
    metadata: { labels: [] },
    name: 'pond',
    payload: 'SGVsbG8=',
    port: 1,
    reported_at: 1_795_840_000_000,
    decoded: { status: 'success', payload: { ph: 7.8 } },
  },
  jetlinks: { deviceId: 'd1', messageId: '1', timestamp: 1_795_840_000_000, properties: { ph: 7.8, do: 6.4 } },
  tencent: { method: 'report', clientToken: '123', timestamp: 1_795_840_000, params: { ph: 7.8, do: 6.4 } },
  sensecap: {
    err: 0,
    valid: true,
    messages: [
      [
        { measurementId: '4109', measurementValue: 6.4, type: 'Dissolved Oxygen', timestamp: 1_795_840_000_000 },
        { measurementId: 4106, measurementValue: 7.8, timestamp: 1_795_840_000_000 },
      ],
    ],
  },
  huawei: {
    services: [{ service_id: 'Water', properties: { ph: 7.8, water_temp: 24.1 }, event_time: '20261128T081032Z' }],
  },
  onenet: { id: 123, dp: { ph: [{ v: 7.8, t: 1_795_840_000 }], do: [{ v: 6.4, t: 1_795_840_000 }] } },
  alink: {
    id: '123',
    version: '1.0',
    sys: { ack: 0 },
    method: 'thing.event.property.post',
    params: { ph: { value: 7.8, time: 1_795_840_000_000 }, do: { value: 6.4, time: 1_795_840_000_000 } },
  },
  shelly: {
    src: 'shellyplusht-08b61fcb7f3c',
    dst: 'shelly',
    method: 'NotifyFullStatus',
    params: {
      ts: 1_795_840_061.42,
      ble: {},
      cloud: { connected: true },
      'devicepower:0': { id: 0, battery: { V: 5.94, percent: 92 } },
      'humidity:0': { id: 0, rh: 81.5 },
      wifi: { rssi: -61 },
      'temperature:0': { id: 0, tC: 4.1, tF: 39.4 },
    },
  },
  teltonika: {
    state: {
      reported: {
        '66': 12_345,
        ts: 1_795_840_000_000,
        pr: 0,
        latlng: '31.0805,107.8847',
        alt: 440,
        ang: 77,
        sat: 12,
        sp: 36,
        evt: 0,
      },
    },
  },
  tasmota: { Time: '2026-11-28T16:10:32+08:00', DS18B20: { Id: '0000BD3A0F64', Temperature: 75.2 }, TempUnit: 'F' },
  zigbee2mqtt: {
    battery: 92,
    humidity: 81.5,
    linkquality: 120,
    temperature: 4.1,
    voltage: 2985,
    last_seen: '2026-11-28T08:10:32.000Z',
  },
  thingsboard: { ts: 1_795_840_000_000, values: { ph: '7.8', do: 6.4 } },
  batch: { ts: 1_795_840_000, m: { ph: 7.8 }, batch: [{ ts: 1_795_839_000, m: { ph: 7.7 } }] },
  senml: [
    { bn: 'urn:dev:ow:10e2:', bt: 1_795_840_000, n: 'ph', v: 7.8 },
    { n: 'do', u: 'mg/L', v: 6.4 },
  ],
};

/** HJ 212-2017: length, segment, CRC of HJ 212. */
export const HJ212_SEGMENT =
  'QN=20261128161032001;ST=21;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;CP=&&DataTime=20261128161000;w01001-Rtd=7.80,w01001-Flag=N;w01009-Rtd=6.40,w01009-Flag=N;w01003-Rtd=999,w01003-Flag=D&&';

/** As `sparkplug-payload` 1.0.3 of npm encodes them. */
export const SPARKPLUG = {
  birth:
    '0880809f83a234120b0a05626453657120085803121a0a144e6f646520436f6e74726f6c2f52656269727468200b7000121a0a0857617465722f706810011880809f83a23420096585ebf940122d0a02646f10021880809f83a234200a4a130a07656e67556e69741208080c42046d672f4c699a9999999999194012360a1177617465725f74656d706572617475726510031880809f83a23420024a100a075175616c6974791205080318c00150ffffffff0f12290a0974757262696469747910041880809f83a23420074a0f0a075175616c697479120408031800580c12160a0761657261746f7210051880809f83a234200b70011801',
  data: '08e0d4a283a2341210100118e0d4a283a234200965713dfa401213100318b0eaa083a2342002280150feffffff0f1802',
};
