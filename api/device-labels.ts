/** A sheet of labels to print, one a device: its name, its id, and its credentials as a QR code. */

import { escapeHtml } from '../base/escape-html.ts';
import { renderQr } from '../base/qr.ts';
import type { BatchCredentials } from './routes/device-batch.ts';
import { setupText } from './setup-text.ts';

/** A4, three columns of eight labels of 70 × 37 mm: what label sheets are sold as. */
const STYLE = `
@page { size: A4; margin: 0 }
* { box-sizing: border-box }
body { margin: 0; font: 9pt/1.3 "PingFang SC", "Noto Sans SC", "Microsoft YaHei", system-ui, sans-serif; color: #000; background: #fff }
main { width: 210mm; display: grid; grid-template-columns: repeat(3, 70mm); grid-auto-rows: 37.125mm }
article { display: flex; gap: 2mm; align-items: center; padding: 3mm; overflow: hidden; break-inside: avoid }
svg { width: 30mm; height: 30mm; flex: none }
div { min-width: 0; overflow-wrap: anywhere }
h2 { font-size: 10pt; margin: 0 }
p { margin: 1mm 0 0; font-size: 7.5pt }`;

export function labelSheet(all: readonly BatchCredentials[], park: string, hostname: string): string {
  const labels = all.map((each) => {
    const { label, device, site, clientId } = each;
    const lines = [device, site, clientId].map((line) => `<p>${escapeHtml(line)}</p>`).join('');
    return `<article>${renderQr(setupText(each, hostname))}<div><h2>${escapeHtml(label.zh)}</h2>${lines}</div></article>`;
  });
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>${escapeHtml(park)}</title><style>${STYLE}</style></head>
<body><main>${labels.join('\n')}</main></body></html>
`;
}
