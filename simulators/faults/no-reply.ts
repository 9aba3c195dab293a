/** Obeys without a reply: the platform resends, and the command expires. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';

export default defineFault({
  name: 'no-reply',
  label: { zh: '指令无应答', en: 'no reply' },
  about: {
    zh: '照做了，却不应答：平台反复重发，最后过期。',
    en: 'Obeys without a reply: the platform resends, and the command expires.',
  },
  source: 'firmware without a reply topic; replies lost on a full 4G buffer',
  options: Type.Object({}),
  replies: () => ({ is: 'silent' }),
});
