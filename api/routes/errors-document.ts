/** `docs/errors.md` as a page, so that the `type` of every problem leads to what its code means. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FastifyPluginAsync } from 'fastify';
import { DaoyuError } from '../../base/errors.ts';
import { escapeHtml } from '../../base/escape-html.ts';

/** Paths in the source tree and in the build. */
const PLACES = ['../../docs/errors.md', '../../errors.md'].map((path) => fileURLToPath(new URL(path, import.meta.url)));

export const errorsDocumentRoutes: FastifyPluginAsync = async (app) => {
  const file = PLACES.find((path) => existsSync(path));
  const page = file === undefined ? undefined : pageOf(readFileSync(file, 'utf8'));
  app.get('/docs/errors', { config: { access: 'anyone' }, schema: { hide: true } }, async (_request, reply) => {
    if (page === undefined)
      throw new DaoyuError('ROUTE_UNKNOWN', 'this build lacks docs/errors.md, which describes the codes');
    return reply.type('text/html; charset=utf-8').header('cache-control', 'max-age=3600').send(page);
  });
};

/** Supports the Markdown that the file uses: headings, paragraphs, tables, code. The row of each error code has it as `id`. */
export function pageOf(markdown: string): string {
  const taken = new Set<string>();
  const blocks = markdown.trim().split(/\n{2,}/);
  // A code in both tables refuses telemetry in the first and is an API error in the later one, to which problems link.
  const parts = blocks.reverse().map((block) => htmlOf(block, taken));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>daoyu: codes</title><link rel="icon" href="data:,">
<style>body{font:16px/1.5 system-ui;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#12312f}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #cfdedc;padding:.4rem .6rem;text-align:left;vertical-align:top}tr:target{background:#fff3c4}code{font-size:.95em}</style></head>
<body>${parts.reverse().join('\n')}</body></html>`;
}

function htmlOf(block: string, taken: Set<string>): string {
  const [, marks, title] = /^(#{1,6}) (.*)$/s.exec(block) ?? [];
  if (marks !== undefined && title !== undefined) return `<h${marks.length}>${inline(title)}</h${marks.length}>`;
  if (!block.startsWith('|')) return `<p>${inline(block)}</p>`;
  const [head = '', , ...rows] = block.split('\n');
  const body = rows.map((row) => rowOf(row, taken)).join('\n');
  return `<table><thead><tr>${cellsOf(head, 'th')}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

function rowOf(row: string, taken: Set<string>): string {
  const [, code] = /^\| `([A-Z0-9_]+)`/.exec(row) ?? [];
  const isFirst = code !== undefined && !taken.has(code);
  if (isFirst) taken.add(code);
  return `<tr${isFirst ? ` id="${code}"` : ''}>${cellsOf(row, 'td')}</tr>`;
}

function cellsOf(row: string, tag: 'td' | 'th'): string {
  const cells = row.split(/(?<!\\)\|/).slice(1, -1);
  return cells.map((cell) => `<${tag}>${inline(cell.trim())}</${tag}>`).join('');
}

const inline = (text: string) => escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>');
