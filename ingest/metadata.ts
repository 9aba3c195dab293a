/** What messages say of themselves and their device, and not of what was measured; left out without a word where it is a plain value. A container of such a name holds contents like any other. */
import { foldKey } from '../sensors/kinds.ts';
import { isTimeKey } from './time-keys.ts';

const METADATA = new Set(
  [
    ...['age', 'seq', 'id', 'version', 'method', 'params', 'sys', 'ack', 'token', 'batch', 'msg_id', 'message_id'],
    ...['device', 'device_id', 'device_name', 'dev_id', 'dev_eui', 'product_key', 'identity', 'client_id', 'node_id'],
    ...['kind', 'type', 'model', 'park', 'site', 'sn', 'serial', 'serial_number', 'mac', 'firmware', 'fw', 'hw'],
    ...['hardware', 'firmware_version', 'iccid', 'imei', 'imsi', 'ip', 'uptime', 'entry_id'],
  ].map(foldKey),
);

export const isMetadata = (key: string): boolean => METADATA.has(foldKey(key)) || isTimeKey(key);
