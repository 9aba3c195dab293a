/** Replies `done` and does nothing: a contactor that does not close. Only measurements show it. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';

export default defineFault({
  name: 'idle-reply',
  label: { zh: '应答不实', en: 'untrue reply' },
  about: {
    zh: '应答“完成”，设备却没动作：要看实测的状态。',
    en: 'Replies "done" and does nothing: a contactor that does not close. Only measurements show it.',
  },
  source: 'contactors and relays without an auxiliary contact',
  options: Type.Object({}),
  replies: () => ({ is: 'idle' }),
});
