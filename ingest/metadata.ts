/** Keys that describe the message or the device instead of a measurement. Plain values under them are ignored without a report. */
import { foldKey } from '../sensors/kinds.ts';
import { isTimeKey } from './time-keys.ts';

const METADATA = new Set(
  [
    ...['age', 'seq', 'id', 'version', 'method', 'params', 'sys', 'ack', 'token', 'batch', 'msg_id', 'message_id'],
    ...['device', 'device_id', 'device_name', 'dev_id', 'dev_eui', 'product_key', 'identity', 'client_id', 'node_id'],
    ...['kind', 'type', 'model', 'park', 'site', 'sn', 'serial', 'serial_number', 'mac', 'firmware', 'fw', 'hw'],
    ...['日期', 'hardware', 'firmware_version', 'iccid', 'imei', 'imsi', 'ip', 'uptime', 'entry_id'],
  ].map(foldKey),
);

export const isMetadata = (key: string): boolean => METADATA.has(foldKey(key)) || isTimeKey(key);
