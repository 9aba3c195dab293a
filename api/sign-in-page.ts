/**
 * The page for a browser without a session: user name and password first, the API token folded. Forms post to the current page, so that the fragment
 * after # is kept, and with it the requested view.
 */

import { escapeHtml } from '../base/escape-html.ts';
import { both, entryPage } from './entry-page.ts';

export interface SignInPageOptions {
  readonly problem?: string;
  /** The user name typed, so that after a wrong password only the password must be typed again. */
  readonly user?: string;
  /** Whether there is any account; without one, people sign in with the token. */
  readonly hasAccounts?: boolean;
  /** Name of the identity provider, where one is configured. */
  readonly provider?: string | undefined;
}

const alertOf = (problem: string) =>
  problem === '' ? '' : `<p class="problem" role="alert">${escapeHtml(problem)}</p>`;

export function signInPage({ problem = '', user = '', hasAccounts = false, provider }: SignInPageOptions = {}): string {
  const alert = alertOf(problem);
  const elsewhere =
    provider === undefined
      ? ''
      : `<p class="card"><a class="button" href="/sign-in/oidc">用 ${escapeHtml(provider)} 登录 <span lang="en">Sign in with ${escapeHtml(provider)}</span></a></p>`;
  const withPassword = `<form class="card" method="post" action=""><h2>登录 <span lang="en">Sign in</span></h2>
<label>用户名 <span lang="en">user name</span><input name="user" value="${escapeHtml(user)}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="32" required${hasAccounts && user === '' ? ' autofocus' : ''}></label>
<label>密码 <span lang="en">password</span><input name="password" type="password" autocomplete="current-password" maxlength="512" required${hasAccounts && user !== '' ? ' autofocus' : ''}></label>
<button>登录 Sign in</button>
${both('忘记密码请管理员发新的链接。', 'Forgot it? An administrator sends you a new link.')}</form>`;
  const withToken = `<form method="post" action="">
${both('填入 API 令牌（启动时打印其位置）：12 小时内可确认告警、重放隔离数据。或者打开启动时打印的登录链接（只读）。', 'Enter the API token (<code>DAOYU_API_TOKEN</code> where it is set, else <code>secrets/api-token</code> in the data folder): operates for 12 hours. Or open the sign-in link that was printed at start (reads only).')}
<label>API 令牌 <span lang="en">token</span><input name="token" type="password" autocomplete="off" maxlength="200" required${hasAccounts ? '' : ' autofocus'}></label><button>用令牌登录 Sign in with the token</button></form>`;
  const body = hasAccounts
    ? `${alert}${elsewhere}${withPassword}<details class="card"><summary>没有账号 <span lang="en">Without an account</span></summary>${withToken}</details>`
    : `${alert}${elsewhere}<div class="card"><h2>登录 <span lang="en">Sign in</span></h2>${withToken}</div>`;
  return entryPage({ title: '登录 Sign in · 稻渔 daoyu', body });
}

/** Asks for the code of the second factor, after the password. */
export function codePage({ ticket, problem = '' }: { readonly ticket: string; readonly problem?: string }): string {
  return entryPage({
    title: '验证码 Code · 稻渔 daoyu',
    body: `${alertOf(problem)}<form class="card" method="post" action="/sign-in"><h2>两步验证 <span lang="en">Second step</span></h2>
<input type="hidden" name="ticket" value="${escapeHtml(ticket)}">
<label>验证器里的 6 位验证码 <span lang="en">6-digit code of the authenticator app</span><input name="code" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="20" required autofocus></label>
<button>登录 Sign in</button>
${both('手机不在手边？填一个恢复码。恢复码也没有，请管理员关闭这一步。', 'Phone not at hand? Enter a recovery code. None left? An administrator turns this step off for you.')}</form>`,
  });
}
