/** Obeys and replies late: the command has expired, and the reply is shown as late. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';

export default defineFault({
  name: 'late-reply',
  label: { zh: '应答迟到', en: 'late reply' },
  about: {
    zh: '照做了，应答却晚到：指令已过期，应答记为迟到。',
    en: 'Obeys and replies late: the command has expired, and the reply is shown as late.',
  },
  source: 'slow starters and gates; modems that sleep between windows',
  options: Type.Object({
    seconds: Type.Number({ default: 90, minimum: 1, maximum: 3600 }),
  }),
  replies: ({ seconds }) => ({ is: 'late', seconds }),
});
