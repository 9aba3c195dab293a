/** A gateway that collects readings and sends them as one array later. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';

export default defineFault({
  name: 'late-batch',
  label: { zh: '攒批晚到', en: 'late batch' },
  about: {
    zh: '一直在线，却攒着数据不发，窗口结束时带各自测量时间成批上报。',
    en: 'Connected all the time, it collects readings and sends them at the end of the window, each with its own time.',
  },
  source: 'history post of Alink; battery nodes that wake the radio once an hour',
  options: Type.Object({}),
  link: () => ({ is: 'hold' }),
});
