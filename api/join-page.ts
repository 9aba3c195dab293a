/** The page of an invitation: what it grants, and the form to fill in. Opening it does not use the link up. */

import { escapeHtml } from '../base/escape-html.ts';
import type { Invitation } from '../people/invitations.ts';
import { EVERY_PARK, type Grant, type Role } from '../people/roles.ts';
import { both, entryPage } from './entry-page.ts';

export interface JoinPageOptions {
  readonly purpose: Invitation['purpose'];
  readonly code: string;
  /** Name of the account that gets a password, or of the screen to sign in. */
  readonly name?: string;
  readonly problem?: string;
  readonly user?: string;
  readonly typedName?: string;
  /** Name of the identity provider, where one is configured. */
  readonly provider?: string | undefined;
}

const ROLE_WORDS: Readonly<Record<Role, readonly [zh: string, en: string]>> = {
  viewer: ['查看', 'viewer'],
  operator: ['值守', 'operator'],
  agronomist: ['农技', 'agronomist'],
  admin: ['管理员', 'administrator'],
};

export function joinPage(options: JoinPageOptions): string {
  const { purpose, code, name = '', problem, user = '', typedName = '', provider } = options;
  const alert = problem === undefined ? '' : `<p class="problem" role="alert">${escapeHtml(problem)}</p>`;
  const hidden = `<input type="hidden" name="code" value="${escapeHtml(code)}">`;
  if (purpose.is === 'screen') {
    const text = both(
      `把这块屏登录为「${escapeHtml(name)}」：只能查看，重启后仍有效，直到管理员移除。`,
      `Signs this screen in as “${escapeHtml(name)}”: it only reads, survives restarts, and stays until an administrator removes it.`,
    );
    return entryPage({
      title: '大屏 Screen · 稻渔 daoyu',
      body: `${alert}<form class="card" method="post" action="/join">${hidden}${text}<button>登录这块屏 Sign this screen in</button></form>`,
    });
  }
  const isNew = purpose.is === 'account';
  const intro = isNew
    ? both(`建立账号，角色：${rolesIn(purpose.grants, 0)}。`, `Make an account; roles: ${rolesIn(purpose.grants, 1)}.`)
    : both(`为 ${escapeHtml(name)} 设定新密码。`, `A new password for ${escapeHtml(name)}.`);
  const who = isNew
    ? `<label>用户名 <span lang="en">user name: a–z, 0–9, . - _</span><input name="user" value="${escapeHtml(user)}" autocomplete="username" autocapitalize="none" spellcheck="false" pattern="[a-z0-9][a-z0-9._\\-]{1,31}" maxlength="32" required autofocus></label>
<label>姓名 <span lang="en">name, as others read it</span><input name="name" value="${escapeHtml(typedName)}" autocomplete="name" maxlength="50" required></label>`
    : '';
  return entryPage({
    title: '加入 Join · 稻渔 daoyu',
    body: `${alert}<form class="card" method="post" action="/join">${hidden}${intro}${who}
<label>密码 <span lang="en">password</span><input name="password" type="password" autocomplete="new-password" minlength="12" maxlength="128" aria-describedby="rule" required${isNew ? '' : ' autofocus'}></label>
<p class="soft" id="rule">至少 12 个字符，例如四个不相干的词；不含用户名。<br><span lang="en">12 characters or more, such as four unrelated words; without the user name.</span></p>
<button>${isNew ? '建立账号 Make the account' : '保存密码 Save the password'}</button></form>${provider === undefined ? '' : elsewhere(provider, code)}`,
  });
}

const elsewhere = (provider: string, code: string) =>
  `<p class="card"><a class="button" href="/sign-in/oidc?invitation=${encodeURIComponent(code)}">不设密码，用 ${escapeHtml(provider)} 登录 <span lang="en">Without a password: sign in with ${escapeHtml(provider)}</span></a></p>`;

export const voidPage = (): string =>
  entryPage({
    title: '链接已失效 Link void · 稻渔 daoyu',
    body: `<div class="card">${both('这个链接已用过、已撤回或已过期。请向发送人要一个新的。', 'This link has been used, was revoked or has expired. Ask the person who sent it for a new one.')}<p><a href="/sign-in">登录 Sign in</a></p></div>`,
  });

function rolesIn(grants: readonly Grant[], language: 0 | 1): string {
  const everywhere = ['全部园区', 'all parks'][language];
  return grants
    .map(({ role, park }) => `${ROLE_WORDS[role][language]} (${park === EVERY_PARK ? everywhere : escapeHtml(park)})`)
    .join(', ');
}
