/** The rules by which the platform switches a device, as the page asks the API for them. */
import type { AutomationAnswer } from '../../../api/routes/automation.ts';
import { get, send } from './api.ts';

export type Automation = AutomationAnswer['automation'][number];

export interface AutomationChange {
  readonly onBelow: number;
  readonly offAbove: number;
  readonly overrideMinutes: number;
  readonly isActive: boolean;
  readonly version: number;
  readonly sensor?: string;
}

/** `at`: `park/device`. */
export const loadAutomation = async (at: string) =>
  (await get<AutomationAnswer>(`/devices/${at}/automation`)).automation;
export const setAutomation = (at: string, command: string, change: AutomationChange) =>
  send<AutomationAnswer>('PUT', `/devices/${at}/automation/${command}`, change);
export const resumeAutomation = (at: string, command: string) =>
  send<AutomationAnswer>('POST', `/devices/${at}/automation/${command}/resume`, {});
