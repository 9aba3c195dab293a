/** No network: the device keeps measuring, buffers, and sends its backlog when the network returns. */
import { Type } from 'typebox';
import { defineFault } from '../fault.ts';

export default defineFault({
  name: 'offline',
  label: { zh: '断网', en: 'offline' },
  about: {
    zh: '基站断电或信号丢失：设备照常测量、缓存，恢复后补传；缓存满则覆盖最旧的。',
    en: 'The cell is down: the device keeps measuring and buffers, then sends its backlog; a full memory overwrites the oldest readings.',
  },
  source: 'gaps and late bursts of rural 4G; loggers hold about two days at one reading a minute',
  options: Type.Object({}),
  link: () => ({ is: 'down' }),
});
