import { defineConfig } from 'vitest/config';

/** Needs a server, a browser, root or minutes: docs/testing.md. */
const SERVERS = 'test/**/*.servers.test.ts';

export default defineConfig({
  test: {
    globalSetup: ['./test/build-program.ts', './test/dashboards/build-page.ts'],
    setupFiles: ['./test/strict-match-object.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    reporters: ['default', './test/not-run.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [SERVERS],
          // Files share their process and what it has imported: no module keeps state of its own.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'servers', include: [SERVERS] } },
    ],
  },
});
