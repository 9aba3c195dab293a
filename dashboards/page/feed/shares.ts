/** Links to one chart, for people without an account. */
import type { MadeShare, SharesAnswer } from '../../../api/routes/shares.ts';
import { get, send } from './api.ts';

export type ListedShare = SharesAnswer['shares'][number];
export type { MadeShare };

export interface NewShare {
  readonly park: string;
  readonly site: string;
  readonly kind: string;
  readonly title: string;
  readonly days: number;
  /** A stretch that stays; absent: the last hours, up to when somebody looks. */
  readonly from?: number;
  readonly to?: number;
  readonly lastHours?: number;
}

export const loadShares = async () => (await get<SharesAnswer>('/shares')).shares;
export const addShare = (share: NewShare) => send<MadeShare>('POST', '/shares', share);
export const revokeShare = (id: string) => send<void>('DELETE', `/shares/${encodeURIComponent(id)}`);
