/** What a browser without a session sees. */
import { escapeHtml } from './escape-html.ts';

export function signInPage(problem = ''): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>稻渔 daoyu</title><link rel="icon" href="data:,">
<style>body{font:16px/1.6 "PingFang SC","Noto Sans SC","Microsoft YaHei",system-ui;max-width:30rem;margin:15vh auto;padding:0 1.25rem;color:#12312f;background:#f6faf9}
h1{font-size:1.6rem;margin:0 0 .5rem}input,button{font:inherit;padding:.6rem .8rem;border:1px solid #8fb3af;border-radius:.4rem;width:100%;box-sizing:border-box;margin-top:.6rem}
button{background:#0b6e66;color:#fff;border:0;cursor:pointer}.problem{color:#9c2a10}small{color:#46615e}</style></head>
<body><h1>稻渔 daoyu</h1>${problem === '' ? '' : `<p class="problem">${escapeHtml(problem)}</p>`}
<p>请打开启动时打印的登录链接（只读），或填入 API 令牌（在启动时打印的位置；12 小时内可重放隔离数据）。<br><small>Open the sign-in link that was printed at start (reads only), or enter the API token (<code>DAOYU_API_TOKEN</code> where it is set, else <code>secrets/api-token</code> in the data folder; may replay from quarantine for 12 hours).</small></p>
<form method="post" action=""><label>API 令牌 token<input name="token" type="password" autocomplete="current-password" required autofocus></label><button>登录 Sign in</button></form></body></html>`;
}
