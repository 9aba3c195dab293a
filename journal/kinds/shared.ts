/** Fields that several kinds of event share. */
import type { EventField } from '../event-kind.ts';

export const kilograms = (zh: string, en: string, most = 100_000): EventField => ({
  name: 'kg',
  label: { zh, en },
  unit: 'kg',
  shape: 'number',
  range: [0, most],
  isRequired: true,
});

export const number = (
  name: string,
  zh: string,
  en: string,
  unit: string,
  range: readonly [number, number],
): EventField => ({ name, label: { zh, en }, unit, shape: 'number', range });

export const text = (name: string, zh: string, en: string): EventField => ({ name, label: { zh, en }, shape: 'text' });

export const required = (field: EventField): EventField => ({ ...field, isRequired: true });
