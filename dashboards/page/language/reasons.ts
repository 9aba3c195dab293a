/** Why something was refused, in a few words; the sentence with the numbers comes with each record. */
import type { RejectionCode } from '../../../ingest/rejection.ts';
import type { Label } from '../../../sensors/label.ts';

const label = (zh: string, en: string): Label => ({ zh, en });

export const REASONS: Readonly<Record<RejectionCode, Label>> = {
  PAYLOAD_TOO_LARGE: label('报文过大', 'message too large'),
  PAYLOAD_NOT_UTF8: label('不是 UTF-8 文本', 'not UTF-8 text'),
  PAYLOAD_NOT_JSON: label('不是 JSON', 'not JSON'),
  PAYLOAD_TOO_DEEP: label('嵌套过深', 'nested too deeply'),
  PAYLOAD_TOO_MANY_KEYS: label('字段过多', 'too many keys'),
  PAYLOAD_TOO_MANY_READINGS: label('一次读数过多', 'too many readings at once'),
  PAYLOAD_EMPTY: label('空报文', 'empty message'),
  PAYLOAD_NOT_AN_OBJECT: label('不是对象', 'not an object'),
  DEVICE_UNKNOWN: label('未登记的设备', 'unknown device'),
  KIND_UNKNOWN: label('未知的设备类型', 'unknown kind of device'),
  CHANNEL_UNKNOWN: label('未知主题', 'unknown topic'),
  STATUS_INVALID: label('状态报文有误', 'status not understood'),
  TIME_INVALID: label('时间看不懂', 'time not understood'),
  TIME_TOO_OLD: label('时间过旧', 'time too old'),
  TIME_IN_FUTURE: label('时间在未来', 'time in the future'),
  READING_EMPTY: label('没有数值', 'no values'),
  READING_CONFLICT: label('同一时间数值不同', 'other values for the same time'),
  FIELD_UNKNOWN: label('未知字段', 'unknown field'),
  VALUE_NOT_A_NUMBER: label('不是数字', 'not a number'),
  VALUE_NOT_FINITE: label('不是有限数', 'not finite'),
  VALUE_SENTINEL: label('探头断开的特征值', 'value of a broken probe'),
  VALUE_OUT_OF_RANGE: label('超出物理范围', 'physically impossible'),
  VALUE_NOT_A_CHOICE: label('不是可选的值', 'not one of the choices'),
  ENTRY_UNREADABLE: label('日志条目读不出', 'log entry unreadable'),
  STORE_REFUSED: label('存储拒收', 'refused by the store'),
};
