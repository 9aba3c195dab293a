/** Schemas of people, programs and screens in the API; never a hash, and a secret only in the answer that creates it. */
import { type Static, Type } from 'typebox';
import { renderQr } from '../base/qr.ts';
import { IDENTITY_KINDS } from '../people/identity.ts';
import { RIGHTS, ROLES } from '../people/roles.ts';
import { Exact, List, OneOf, Slug, Text, Time } from './schemas.ts';

export const User = Type.String({ minLength: 1, maxLength: 32, description: 'user name, such as wang.jianguo' });
export const PersonName = Type.String({
  minLength: 1,
  maxLength: 50,
  description: 'as others read it, such as 王建国',
});
export const Email = Type.String({
  maxLength: 254,
  description: 'whoever proves it to the identity provider is this person; empty: none',
});
/** The platform, not the schema, checks and explains what a good password is. */
export const Password = Type.String({ minLength: 1, maxLength: 512 });

const GrantPark = Type.Union([Slug, Type.Literal('*')], { description: 'id of a park, or `*` for all of them' });
export const Grants = List(Exact({ role: OneOf(ROLES), park: GrantPark }), {
  minItems: 1,
  maxItems: 64,
  description: 'which role in which park',
});

export const Me = Exact({
  kind: OneOf(IDENTITY_KINDS),
  id: Type.String(),
  name: Type.String(),
  grants: Grants,
  rights: List(Exact({ right: OneOf(RIGHTS), parks: List(Type.String(), { description: '`*` alone: all parks' }) }), {
    description: 'what the roles amount to',
  }),
  session: Type.Optional(Type.String({ description: 'id of this session, as listed' })),
  operatorUntil: Type.Optional(Time('of a browser that typed the API token')),
  secondFactor: Type.Optional(
    Exact({ isOn: Type.Boolean(), recoveryCodesLeft: Type.Integer({ minimum: 0 }) }, { description: 'of a person' }),
  ),
  mayMakeFirstAccount: Type.Boolean({ description: 'this browser may make the first account, at /join' }),
});
export type Me = Static<typeof Me>;

export const Person = Exact({
  user: Type.String(),
  name: Type.String(),
  grants: Grants,
  hasPassword: Type.Boolean({ description: 'false: the person has not opened their link yet' }),
  hasSecondFactor: Type.Boolean(),
  email: Type.Optional(Email),
  isBound: Type.Boolean({ description: 'signs in through the identity provider' }),
  createdAt: Time('when it was made'),
  createdBy: Type.String(),
  lastSignInAt: Type.Optional(Time('of the last time the password was given')),
});
export type Person = Static<typeof Person>;

const link = {
  link: Type.String({ description: 'opens once; shown here and nowhere else' }),
  expiresAt: Time('from then on the link is void'),
  qr: Type.String({ description: 'the link as a QR code, SVG' }),
};
export const OneTimeLink = Exact(link);
export type OneTimeLink = Static<typeof OneTimeLink>;
export const PersonWithLink = Exact({ person: Person, ...link });
export type PersonWithLink = Static<typeof PersonWithLink>;

export const ListedInvitation = Exact({
  id: Type.String(),
  is: OneOf(['account', 'password', 'screen']),
  grants: Type.Optional(Grants),
  user: Type.Optional(Type.String()),
  screen: Type.Optional(Type.String()),
  createdAt: Time('when it was made'),
  createdBy: Type.String(),
  expiresAt: Time('end'),
});
export const InvitationWithLink = Exact({ id: Type.String(), ...link });

export const Token = Exact({
  id: Type.String(),
  name: Type.String({ description: 'what it is for' }),
  grants: Grants,
  createdAt: Time('when it was made'),
  createdBy: Type.String(),
  expiresAt: Type.Optional(Time('end; absent: until it is revoked')),
});
export type Token = Static<typeof Token>;
export const TokenWithText = Exact({ ...Token.properties, token: Type.String({ description: 'shown once' }) });

export const ListedScreen = Exact({
  id: Type.String(),
  name: Type.String({ description: 'where it hangs' }),
  parks: List(Type.String(), { description: '`*`: all parks' }),
  isSignedIn: Type.Boolean(),
  seenAt: Type.Optional(Time('when it last asked for something, to a quarter of an hour')),
  createdAt: Time('when it was made'),
  createdBy: Type.String(),
});
export type ListedScreen = Static<typeof ListedScreen>;
export const ScreenWithLink = Exact({ screen: ListedScreen, ...link });

export const ListedSession = Exact({
  id: Type.String(),
  kind: OneOf(['person', 'screen', 'link']),
  who: Type.String({ description: 'user name, or id of the screen; empty for a browser with the start-up link' }),
  isThis: Type.Boolean({ description: 'the one that asks' }),
  createdAt: Time('when it began'),
  seenAt: Time('when it was last used, to a quarter of an hour'),
  expiresAt: Time('end'),
  address: Type.String({ description: 'network address from which it began' }),
  agent: Text('what the browser calls itself'),
});
export type ListedSession = Static<typeof ListedSession>;

export const NO_CONTENT = Type.Null({ description: 'done' });

/** A link with its QR code. */
export function linkOf(base: string, path: string, expiresAt: number): OneTimeLink {
  const url = `${base}${path}`;
  return { link: url, expiresAt, qr: renderQr(url) };
}
