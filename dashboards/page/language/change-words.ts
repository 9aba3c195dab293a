/** The transitions of an alarm, in a word or two. */
import type { Label } from '../../../sensors/label.ts';
import type { Transition } from '../feed/alarm-list.ts';

export const CHANGE_WORDS: Readonly<Record<Transition['change'], Label>> = {
  opened: { zh: '发生', en: 'opened' },
  escalated: { zh: '升为危急', en: 'became critical' },
  worsened: { zh: '继续恶化', en: 'got much worse' },
  eased: { zh: '降为注意', en: 'eased to warning' },
  acknowledged: { zh: '确认', en: 'acknowledged' },
  returned: { zh: '恢复，等待确认', en: 'back to normal, waiting for acknowledgement' },
  reopened: { zh: '再次发生', en: 'opened again' },
  closed: { zh: '结束', en: 'closed' },
  blind: { zh: '失去可信读数', en: 'no trusted readings' },
  sighted: { zh: '读数恢复', en: 'readings are back' },
  shelved: { zh: '搁置', en: 'shelved' },
  unshelved: { zh: '取消搁置', en: 'no longer shelved' },
  suppressed: { zh: '已并入上级告警', en: 'explained by another alarm' },
  unsuppressed: { zh: '恢复单独告警', en: 'an alarm of its own again' },
  maintenance: { zh: '进入检修', en: 'under maintenance' },
  maintenance_ended: { zh: '检修结束', en: 'maintenance ended' },
  revised: { zh: '按补传数据更正', en: 'revised by late data' },
  chattering: { zh: '反复告警', en: 'opens again and again' },
  updated: { zh: '更新', en: 'updated' },
};
