import { openMemoryStore } from '../../store/memory.ts';
import { describeStore } from '../contract/store.ts';

describeStore('memory store', { findsConflicts: true }, async () => openMemoryStore());
