/** Why something was refused, and what to do about it; the sentence with the numbers is part of each record, in English, as published to the device. */
import type { RejectionCode } from '../../../bus/rejection.ts';
import type { Label } from '../../../sensors/label.ts';

export interface Refusal {
  /** In a few words. */
  readonly label: Label;
  /** For those who look after the device; as in docs/errors.md. */
  readonly toDo: Label;
}

const refusal = (label: readonly [zh: string, en: string], toDo: readonly [zh: string, en: string]): Refusal => ({
  label: { zh: label[0], en: label[1] },
  toDo: { zh: toDo[0], en: toDo[1] },
});
const SMALLER = ['请分批发送，每批小一些', 'send smaller batches'] as const;

export const REFUSALS: Readonly<Record<RejectionCode, Refusal>> = {
  PAYLOAD_TOO_LARGE: refusal(['报文过大', 'message too large'], SMALLER),
  PAYLOAD_NOT_UTF8: refusal(
    ['不是 UTF-8 文本', 'not UTF-8 text'],
    ['请发送 UTF-8 编码的 JSON', 'send JSON text in UTF-8'],
  ),
  PAYLOAD_NOT_JSON: refusal(
    ['不是 JSON', 'not JSON'],
    [
      '请改正固件的报文模板；没测到的字段不要发送',
      'fix the template in the firmware; leave out values that were not measured',
    ],
  ),
  PAYLOAD_TOO_DEEP: refusal(['嵌套过深', 'nested too deeply'], ['请发送不嵌套的对象', 'send flat objects']),
  PAYLOAD_TOO_MANY_KEYS: refusal(['字段过多', 'too many keys'], SMALLER),
  PAYLOAD_TOO_MANY_READINGS: refusal(['一次读数过多', 'too many readings at once'], SMALLER),
  PAYLOAD_EMPTY: refusal(['空报文', 'empty message'], ['至少要有一条读数', 'send at least one reading']),
  PAYLOAD_NOT_AN_OBJECT: refusal(
    ['不是对象', 'not an object'],
    ['请发送一个对象，或由对象组成的数组', 'send an object or an array of objects'],
  ),
  PAYLOAD_NOT_SENML: refusal(
    ['不是合规的 SenML', 'not SenML'],
    ['请按 RFC 8428 改正提示中的那条记录', 'fix the record that the message names, by RFC 8428'],
  ),
  PAYLOAD_NOT_CBOR: refusal(
    ['不是 CBOR', 'not CBOR'],
    ['请检查编码器；JSON 请发到 telemetry', 'check the encoder; JSON goes to telemetry'],
  ),
  FRAME_UNREADABLE: refusal(
    ['报文帧有误', 'frame not readable'],
    ['请检查串口、波特率、校验和轮询指令', 'check the serial line, its speed, the CRC and the polls'],
  ),
  FRAME_UNMAPPED: refusal(
    ['寄存器未登记', 'registers not mapped'],
    ['请在映射的 polls 里登记寄存器，然后重放', "register the polls in the device's mapping, then replay"],
  ),
  DEVICE_UNKNOWN: refusal(['未登记的设备', 'unknown device'], ['登记该设备后重放', 'add the device, then replay']),
  DEVICE_DISABLED: refusal(['设备已停用', 'device disabled'], ['启用该设备后重放', 'enable the device, then replay']),
  DEVICE_REMOVED: refusal(
    ['设备和读数已删除', 'device removed with its readings'],
    ['无需处理：删除前收到、删除后才入库', 'nothing to do: received before the removal, written after it'],
  ),
  CHILD_UNKNOWN: refusal(
    ['网关下未登记的设备', 'unknown device behind a gateway'],
    ['登记该设备，并填上它的主题或编号，然后重放', 'register the device with its topic or id, then replay'],
  ),
  KIND_UNKNOWN: refusal(
    ['未知的设备类型', 'unknown kind of device'],
    ['装上该类型的定义文件后重放', "add the kind's file, then replay"],
  ),
  CHANNEL_UNKNOWN: refusal(
    ['未知主题', 'unknown topic'],
    ['请发布到 telemetry 或 status', 'publish on telemetry or status'],
  ),
  STATUS_INVALID: refusal(
    ['状态报文有误', 'status not understood'],
    ['只能是 online 或 offline', 'send online or offline'],
  ),
  REPLY_INVALID: refusal(
    ['指令应答有误', 'reply not understood'],
    ['按指令中的 id 应答 received、done 或 failed', 'reply received, done or failed with the id of the command'],
  ),
  TIME_INVALID: refusal(
    ['时间看不懂', 'time not understood'],
    [
      '请用毫秒时间戳或带时区的 RFC 3339；没有时区的，在映射里写上时差后重放',
      'epoch milliseconds, or RFC 3339 with an offset; or give the offset in the mapping, then replay',
    ],
  ),
  TIME_TOO_OLD: refusal(
    ['时间过旧', 'time too old'],
    [
      '请校准设备时钟；没有时钟的设备改发 age（秒）',
      "set the device's clock; one without a clock sends age in seconds",
    ],
  ),
  TIME_IN_FUTURE: refusal(
    ['时间在未来', 'time in the future'],
    [
      '请校准设备时钟；快 8 小时多半是把北京时间当成 UTC',
      "set the device's clock; eight hours ahead is Beijing time sent as UTC",
    ],
  ),
  TIME_OF_RETAINED_UNKNOWN: refusal(
    ['保留消息没有时间', 'retained without a time'],
    ['请在报文里写明时间，或不要用 retain 发布遥测', 'send a time, or publish telemetry without retain'],
  ),
  READING_SIMULATED: refusal(
    ['模拟数据', 'simulated'],
    ['无需处理：控制台模拟的上行不会入库', 'nothing: an uplink simulated in a console is not stored'],
  ),
  FIELD_AMBIGUOUS: refusal(
    ['字段含义不明', 'ambiguous field'],
    ['请在映射里写明是哪个字段、什么单位，然后重放', 'name field and unit in the mapping, then replay'],
  ),
  UNIT_MISMATCH: refusal(
    ['单位不符', 'wrong unit'],
    [
      '请映射到相应单位的字段，或改正设备发送的单位',
      'map the key to a field of that unit, or correct the unit that is sent',
    ],
  ),
  COUNTER_STARTS: refusal(
    ['累计值起点', 'counter starts'],
    ['无需处理：从下一条起按差值入库', 'nothing: intervals are stored from the next message on'],
  ),
  READING_EMPTY: refusal(['没有数值', 'no values'], ['至少要有一个字段', 'send at least one field']),
  READING_CONFLICT: refusal(
    ['同一时间数值不同', 'other values for the same time'],
    ['同一时间只能有一个值，已保留先到的', 'send one value per time; the first one is kept'],
  ),
  FIELD_UNKNOWN: refusal(
    ['未知字段', 'unknown field'],
    ['请改用已有的字段名，或在映射里对应后重放', 'send a known name, or map the key, then replay'],
  ),
  VALUE_NOT_A_NUMBER: refusal(
    ['不是数字', 'not a number'],
    [
      '请发送 JSON 数字；只能发文本的设备，在映射里允许后重放',
      'send a JSON number; or accept texts in the mapping, then replay',
    ],
  ),
  VALUE_NOT_FINITE: refusal(
    ['不是有限数', 'not finite'],
    ['没测到就不要发送该字段', 'leave out values that were not measured'],
  ),
  VALUE_SENTINEL: refusal(
    ['探头断开的特征值', 'value of a broken probe'],
    ['请检查探头与接线', 'check the probe and its wiring'],
  ),
  VALUE_OUT_OF_RANGE: refusal(
    ['超出物理范围', 'physically impossible'],
    ['请检查探头、单位和倍率；改好映射后可重放', 'check probe, unit and scale; correct the mapping, then replay'],
  ),
  VALUE_NOT_A_CHOICE: refusal(
    ['不是可选的值', 'not one of the choices'],
    ['请改发可选的值', 'send one of the choices'],
  ),
  ENTRY_UNREADABLE: refusal(
    ['日志条目读不出', 'log entry unreadable'],
    ['请查明是谁在往事件日志里写', 'find out who else writes to the event log'],
  ),
  STORE_REFUSED: refusal(
    ['存储拒收', 'refused by the store'],
    ['按下面所说改好存储后重放', 'mend what is named below, then replay'],
  ),
};
