/** A message sent again although it arrived: impatient firmware, a repeating gateway. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';
import { uniform } from '../random.ts';

export default defineFault({
  name: 'duplicate',
  label: { zh: '重复发送', en: 'duplicate' },
  about: {
    zh: '同一报文再发一次，时间与数值都相同；应只存一份，另一份计为重复。',
    en: 'The same message again, with the same times and values; one is kept, the other counts as a duplicate.',
  },
  source: 'every time stamp twice in a real export (aelab); re-sends of Alink and ThingsBoard gateways',
  options: Type.Object({
    /** Share of the messages inside the windows. */
    share: Type.Number({ default: 1, minimum: 0, maximum: 1 }),
  }),
  messages:
    ({ options: { share }, seed }) =>
    (message, { seq }) => {
      if (uniform(seed, seq) >= share) return [message];
      return [message, { ...message, isResend: true, faults: [...(message.faults ?? []), 'duplicate'] }];
    },
});
