/** The frame of pages outside the app: sign-in, an invitation, a shared chart. Without scripts, in both languages. */

export interface EntryPage {
  readonly title: string;
  /** HTML; the caller has escaped foreign text in it. */
  readonly body: string;
  /** Styles of its own. */
  readonly style?: string;
}

export function entryPage({ title, body, style = '' }: EntryPage): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><link rel="icon" href="data:,">
<style>:root{color-scheme:light dark;--ink:#12312f;--soft:#46615e;--line:#7b9c98;--back:#f6faf9;--card:#fff;--accent:#0b6e66;--bad:#9c2a10}
@media (prefers-color-scheme:dark){:root{--ink:#e3efed;--soft:#a9c1bd;--line:#557470;--back:#0e1a19;--card:#162423;--accent:#3fb5a9;--bad:#ff9f85}}
body{font:16px/1.6 "PingFang SC","Noto Sans SC","Microsoft YaHei",system-ui;max-width:30rem;margin:8vh auto 3rem;padding:0 1.25rem;color:var(--ink);background:var(--back)}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.05rem;margin:0 0 .25rem}.card{background:var(--card);border:1px solid color-mix(in oklab,var(--line) 45%,transparent);border-radius:.6rem;padding:1.1rem 1.25rem;margin-top:1rem}
label{display:block;margin-top:.7rem}input,button{font:inherit;padding:.6rem .8rem;border:1px solid var(--line);border-radius:.4rem;width:100%;box-sizing:border-box;margin-top:.2rem;color:inherit;background:var(--back)}
button{background:var(--accent);color:var(--back);border:0;cursor:pointer;margin-top:1rem;min-height:2.75rem}input:focus-visible,button:focus-visible,summary:focus-visible,a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.problem{color:var(--bad);margin:.75rem 0 0}small,.soft{color:var(--soft)}summary{cursor:pointer}a{color:var(--accent)}a.button{display:block;text-align:center;padding:.6rem .8rem;border:1px solid var(--accent);border-radius:.4rem;text-decoration:none}p{margin:.35rem 0}[lang=en]{color:var(--soft);font-size:.9em}${style}</style></head>
<body><main><h1>稻渔 daoyu</h1>${body}</main></body></html>`;
}

/** A sentence in both languages. */
export const both = (zh: string, en: string): string => `<p>${zh}<br><span lang="en">${en}</span></p>`;
