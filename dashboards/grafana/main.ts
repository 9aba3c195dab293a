/**
 * `npm run dashboards`: writes Grafana's provisioning folder from the kinds. With kinds of your own:
 * `npm run dashboards -- --kinds FOLDER --out FOLDER`.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadKinds } from '../../sensors/kinds.ts';
import { alertingFiles, prometheusFiles, provisioningFiles } from './provisioning.ts';

const { values } = parseArgs({
  options: {
    kinds: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('./provisioning/', import.meta.url)) },
  },
});

const files = provisioningFiles((await loadKinds(values.kinds && resolve(values.kinds))).values());
for (const [path, text] of files) {
  await mkdir(dirname(join(values.out, path)), { recursive: true });
  await writeFile(join(values.out, path), text);
}
// Rules use the platform's own metrics, the same for any kinds.
for (const [name, made] of [
  ['alerting', alertingFiles()],
  ['prometheus', prometheusFiles()],
] as const) {
  const folder = fileURLToPath(new URL(`./${name}/`, import.meta.url));
  await mkdir(folder, { recursive: true });
  for (const [path, text] of made) await writeFile(join(folder, path), text);
}
// Removes dashboards of former kinds; other files of the folder are not ours.
for (const language of ['zh', 'en']) {
  for (const file of await readdir(join(values.out, 'dashboards', language)))
    if (file.endsWith('.json') && !files.has(`dashboards/${language}/${file}`))
      await rm(join(values.out, 'dashboards', language, file));
}
process.stdout.write(`${files.size} files in ${values.out}\n`);
