/** Builds the page into dist/page: hashed assets with their compressed forms beside them, no inline script, nothing fetched from elsewhere. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const assets = fileURLToPath(new URL('../../dist/page/assets/', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  plugins: [
    {
      name: 'compressed-assets',
      closeBundle() {
        for (const name of readdirSync(assets)) {
          if (!/\.(js|css)$/.test(name)) continue;
          const content = readFileSync(`${assets}${name}`);
          writeFileSync(`${assets}${name}.br`, brotliCompressSync(content));
          writeFileSync(`${assets}${name}.gz`, gzipSync(content, { level: 9 }));
        }
      },
    },
  ],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../../dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // Inlined assets would need a looser content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
