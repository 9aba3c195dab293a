/** The page behind an invitation: a person chooses user name and password, a wall screen signs in. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { codeOf } from '../../base/errors.ts';
import { acceptInvitation } from '../../people/accept-invitation.ts';
import type { Invitation } from '../../people/invitations.ts';
import type { People } from '../../people/people.ts';
import { html, noteSignIn, refused, wordsOf } from '../entry-forms.ts';
import { joinPage, voidPage } from '../join-page.ts';
import type { SignIn } from '../sign-in.ts';
import type { SingleSignOn } from '../single-sign-on.ts';

interface Options {
  readonly people: People;
  readonly signIn: SignIn;
  readonly singleSignOn?: SingleSignOn | undefined;
}

const Code = Type.String({ maxLength: 100 });
const Typed = Type.Optional(Type.String({ maxLength: 512 }));

export const joinRoutes: FastifyPluginAsyncTypebox<Options> = async (app, { people, signIn, singleSignOn }) => {
  const provider = singleSignOn?.label;
  app.get(
    '/join',
    {
      exposeHeadRoute: false,
      config: { access: 'anyone' },
      schema: { hide: true, querystring: Type.Object({ code: Type.Optional(Code) }, { additionalProperties: false }) },
    },
    async (request, reply) => {
      const found = invitationOf(request, request.query.code);
      if (found === undefined) return html(reply).code(410).send(voidPage());
      return html(reply).send(
        joinPage({ purpose: found.invitation.purpose, code: found.code, provider, ...nameIn(found.invitation) }),
      );
    },
  );

  app.post(
    '/join',
    {
      config: { access: 'anyone', audit: { what: 'sign-in' } },
      schema: {
        hide: true,
        body: Type.Object({ code: Code, user: Typed, name: Typed, password: Typed }, { additionalProperties: false }),
      },
    },
    async (request, reply) => {
      const { code, user, name, password } = request.body;
      const looked = people.invitations.look(code);
      try {
        const { owner, account, invitation } = await acceptInvitation(people, code, { user, name, password });
        // A link from an administrator takes the place of the password alone.
        const needsCode = account?.secondFactor !== undefined;
        if (!needsCode) await signIn.begin(owner, request, reply);
        const { name: screen = '' } = nameIn(invitation);
        if (account === undefined) noteSignIn(request, 'screen', owner.kind === 'screen' ? owner.screen : '', screen);
        else {
          noteSignIn(request, 'person', account.user, account.name);
          const what = invitation.purpose.is === 'account' ? 'account.add' : 'account.password';
          const after = invitation.purpose.is === 'account' ? { after: { grants: account.grants } } : {};
          request.audited = { ...request.audited, what, where: account.user, ...after };
        }
        if (needsCode) return reply.redirect('/sign-in', 303);
        return reply.redirect(owner.kind === 'screen' ? '/#/wall' : '/', 303);
      } catch (error) {
        const isVoid = looked === undefined || codeOf(error) === 'INVITATION_INVALID';
        if (isVoid) return html(reply).code(410).send(voidPage());
        const typed = { user: user ?? '', typedName: name ?? '' };
        const problem =
          codeOf(error) === 'PASSWORD_WEAK' ? `${wordsOf(error)}: ${(error as Error).message}` : wordsOf(error);
        return refused(reply, error).send(
          joinPage({ purpose: looked.purpose, code, problem, provider, ...typed, ...nameIn(looked) }),
        );
      }
    },
  );

  /** The invitation of the link, or of the browser that may create the first account. */
  function invitationOf(request: FastifyRequest, code: string | undefined) {
    if (code === undefined) return signIn.firstInvitation(request);
    const invitation = people.invitations.look(code);
    return invitation && { code, invitation };
  }

  function nameIn({ purpose }: Invitation): { readonly name?: string } {
    if (purpose.is === 'account') return {};
    const holder = purpose.is === 'screen' ? people.screens.get(purpose.screen) : people.accounts.get(purpose.user);
    return holder === undefined ? {} : { name: holder.name };
  }
};
