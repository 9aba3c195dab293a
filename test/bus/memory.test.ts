import { openMemoryBus } from '../../bus/memory.ts';
import { describeBus } from '../contract/bus.ts';

describeBus(
  'memory log',
  {},
  { open: async () => openMemoryBus(), openSmall: async () => openMemoryBus({ maxBytes: 100_000 }) },
);
