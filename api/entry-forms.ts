/** What the forms of the entry pages share: answers as HTML, refusals in words for people, and what the audit trail notes. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { codeOf } from '../base/errors.ts';
import { TooManyAttempts } from '../people/throttle.ts';
import { STATUS } from './problem.ts';

/** For people; the codes and messages of the API are for programs. */
const WORDS: Readonly<Record<string, string>> = {
  SIGN_IN_INVALID: '用户名或密码不对 wrong user name or password',
  CODE_INVALID: '验证码不对或已用过，请用下一个 wrong or used code, take the next one',
  ACCOUNT_BOUND: '这个账号已绑定另一个人 this account is bound to somebody else',
  NOT_INVITED: '此人没有账号，请管理员邀请 there is no account for this person: ask an administrator for an invitation',
  PROVIDER_UNAVAILABLE: '统一登录暂时不可用 the identity provider cannot be used at this moment',
  PASSWORD_WEAK: '密码太弱 the password is too weak',
  ACCOUNT_EXISTS: '用户名已被占用 this user name is taken',
  ACCOUNT_INVALID: '用户名或姓名不合要求 user name or name does not fit',
  PEOPLE_FULL: '账号已满 there are too many accounts',
};

export function html(reply: FastifyReply): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store');
}

/** Sets status and headers for an error of the person who filled in the form; throws the error when the fault is ours. */
export function refused(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof TooManyAttempts) void reply.header('retry-after', error.retryAfterSeconds);
  const status = STATUS[codeOf(error)];
  // Our own faults are answered and logged in the one place for them.
  if (status === undefined || status >= 500) throw error;
  return html(reply).code(status);
}

/** The audit trail names whoever signed in by this request. */
export function noteSignIn(request: FastifyRequest, kind: string, id: string, name: string): void {
  request.audited = { who: { kind, id, name } };
}

/** An unknown user name is not recorded: it may be a password typed into the wrong field. */
export function noteFailure(request: FastifyRequest, kind: string, id: string, code = 'SIGN_IN_INVALID'): void {
  request.audited = { what: 'sign-in.fail', code, who: { kind, id, name: id } };
}

export function wordsOf(error: unknown): string {
  if (error instanceof TooManyAttempts) {
    const seconds = error.retryAfterSeconds;
    return `尝试过多，请 ${seconds} 秒后再试 too many attempts, wait ${seconds} s`;
  }
  return WORDS[codeOf(error)] ?? (error as Error).message;
}
