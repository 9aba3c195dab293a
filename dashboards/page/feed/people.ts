/** People, tokens, screens, sessions and the audit trail, as the page asks the API for them. */
import { useEffect, useState } from 'preact/hooks';
import type {
  ListedScreen,
  ListedSession,
  Me,
  OneTimeLink,
  Person,
  PersonWithLink,
  Token,
} from '../../../api/people-schemas.ts';
import type { AuditAnswer } from '../../../api/routes/audit.ts';
import type { SessionsAnswer } from '../../../api/routes/me.ts';
import type { ScreensAnswer } from '../../../api/routes/screens.ts';
import type { EnrolmentAnswer, RecoveryAnswer } from '../../../api/routes/second-factor.ts';
import type { MadeToken, TokensAnswer } from '../../../api/routes/tokens.ts';
import type { PeopleAnswer } from '../../../api/routes/users.ts';
import { EVERY_PARK, type Grant, type Right } from '../../../people/roles.ts';
import { get, send } from './api.ts';

export type { ListedScreen, ListedSession, Me, OneTimeLink, Person, Token };
export type AuditRow = AuditAnswer['audit'][number];

const at = (id: string) => encodeURIComponent(id);

export const loadMe = () => get<Me>('/me');
export const beginSecondFactor = (password: string) => send<EnrolmentAnswer>('POST', '/me/second-factor', { password });
export const finishSecondFactor = (code: string) => send<RecoveryAnswer>('PUT', '/me/second-factor', { code });
export const endSecondFactor = (password: string, code: string) =>
  send('POST', '/me/second-factor/off', { password, code });
export const resetSecondFactor = (user: string) => send('DELETE', `/users/${at(user)}/second-factor`);
export const changePassword = (current: string, next: string) => send('POST', '/me/password', { current, next });

export const loadPeople = async () => (await get<PeopleAnswer>('/users')).people;
export const addPerson = (person: {
  readonly user: string;
  readonly name: string;
  readonly grants: readonly Grant[];
  readonly email?: string;
}) => send<PersonWithLink>('POST', '/users', person);
export const changePerson = (user: string, change: { readonly grants: readonly Grant[]; readonly email?: string }) =>
  send('PATCH', `/users/${at(user)}`, change);
export const removePerson = (user: string) => send('DELETE', `/users/${at(user)}`);
export const passwordLink = (user: string) => send<PersonWithLink>('POST', `/users/${at(user)}/link`);

export const loadTokens = async () => (await get<TokensAnswer>('/tokens')).tokens;
export const addToken = (token: { readonly name: string; readonly grants: readonly Grant[]; readonly days: number }) =>
  send<MadeToken>('POST', '/tokens', token);
export const revokeToken = (id: string) => send('DELETE', `/tokens/${at(id)}`);

export const loadScreens = async () => (await get<ScreensAnswer>('/screens')).screens;
export const addScreen = (name: string, parks: readonly string[] | undefined) =>
  send<OneTimeLink>('POST', '/screens', { name, ...(parks && { parks }) });
export const screenLink = (id: string) => send<OneTimeLink>('POST', `/screens/${at(id)}/link`);
export const removeScreen = (id: string) => send('DELETE', `/screens/${at(id)}`);

export const loadSessions = async () => (await get<SessionsAnswer>('/sessions')).sessions;
export const endSession = (id: string) => send('DELETE', `/sessions/${at(id)}`);

export interface AuditAsked {
  readonly who: string;
  readonly what: string;
  readonly where: string;
  readonly from: string;
  readonly park?: string;
  readonly before?: string | undefined;
}

export const auditQuery = (asked: AuditAsked) =>
  new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== undefined && value !== '')).toString();
export const loadAudit = (asked: AuditAsked) => get<AuditAnswer>(`/audit?limit=50&${auditQuery(asked)}`);

/** Whether a right is held in a park, or without one in any. */
export function may(me: Me | undefined, right: Right, park?: string): boolean {
  const parks = me?.rights.find((each) => each.right === right)?.parks ?? [];
  return park === undefined ? parks.length > 0 : parks.includes(EVERY_PARK) || parks.includes(park);
}

/** Undefined until it is known; asked once a view. */
export function useMe(): Me | undefined {
  const [me, setMe] = useState<Me>();
  useEffect(() => {
    let isGone = false;
    void loadMe().then(
      (found) => isGone || setMe(found),
      // Signed out, or not reached: the views say so.
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, []);
  return me;
}
