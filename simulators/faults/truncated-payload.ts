/** A message cut off by a modem with too small a buffer. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { uniform } from '../random.ts';

export default defineFault({
  name: 'truncated-payload',
  label: { zh: '报文截断', en: 'truncated payload' },
  about: {
    zh: '模组缓冲区太小，报文被截断，JSON 不完整；设备收到 PUBACK，以为已送达。',
    en: "The modem's buffer is too small and cuts the JSON off; the device gets its PUBACK and assumes delivery.",
  },
  source: 'AT-command modems with 512- or 1024-byte publish buffers',
  options: Type.Object({
    /** Share of the messages inside the windows. */
    share: Type.Number({ default: 1, minimum: 0, maximum: 1 }),
  }),
  messages:
    ({ options: { share }, seed }) =>
    (message, { seq }) => {
      if (uniform(seed, seq) >= share) return [message];
      const kept = 1 + Math.floor(uniform(seed ^ 0x3c6ef372, seq) * (message.payload.length - 2));
      return [
        {
          ...message,
          payload: message.payload.slice(0, kept),
          faults: [...(message.faults ?? []), 'truncated-payload'],
        },
      ];
    },
});
