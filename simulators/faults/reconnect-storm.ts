/** All devices drop and reconnect at once: a restarting cell, firmware without back-off. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';

export default defineFault({
  name: 'reconnect-storm',
  label: { zh: '重连风暴', en: 'reconnect storm' },
  about: {
    zh: '基站重启，所有设备同一刻断开又立即重连，反复数次，没有退避。',
    en: 'A cell restarts, and all devices drop and reconnect in the same instant, several times, without back-off.',
  },
  source: 'fleets whose firmware reconnects in a loop',
  options: Type.Object({ cycles: Type.Integer({ default: 3, minimum: 1, maximum: 20 }) }),
  link: ({ cycles }) => ({ is: 'storm', cycles }),
});
