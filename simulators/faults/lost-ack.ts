/** The message arrives but its PUBACK is lost: the device reconnects and resends, as QoS 1 requires. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { uniform } from '../random.ts';

export default defineFault({
  name: 'lost-ack',
  label: { zh: '确认丢失', en: 'lost acknowledgement' },
  about: {
    zh: '报文已到平台，PUBACK 却在 4G 上丢了：设备重连后带 DUP 重发。',
    en: 'The platform has the message but its PUBACK is lost on 4G: the device reconnects and resends with DUP set.',
  },
  source: 'MQTT 3.1.1 [MQTT-4.4.0-1]; rural 4G',
  options: Type.Object({
    /** Share of the messages inside the windows. */
    share: Type.Number({ default: 0.2, minimum: 0, maximum: 1 }),
  }),
  messages:
    ({ options: { share }, seed }) =>
    (message, { seq }) => {
      if (uniform(seed, seq) >= share) return [message];
      const faults = [...(message.faults ?? []), 'lost-ack'];
      return [
        { ...message, losesAck: true, faults },
        { ...message, isResend: true, faults },
      ];
    },
});
