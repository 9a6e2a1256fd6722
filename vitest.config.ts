import { defineConfig } from 'vitest/config';
import { bundleSuites, throughDoors } from './test/build/bundle.ts';
import { v8Flags } from './test/provision/v8-flags.ts';

/** Suites that start the bot as a process of its own, and kill it: with the real servers, not with the quick ones. */
const inProcesses = [
  'test/scenarios/kill/**/*.test.ts',
  'test/scenarios/canary.test.ts',
  'test/scenarios/command-line.test.ts',
];

// Unit and scenario suites share one process: 200 files start in seconds instead of a minute.
export default defineConfig({
  test: {
    isolate: false,
    pool: 'threads',
    maxWorkers: 1,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    setupFiles: ['test/setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            '**/node_modules/**',
            'test/real/**',
            'test/deep/**',
            'test/build/shipped/**',
            ...inProcesses,
          ],
        },
      },
      {
        extends: true,
        plugins: [throughDoors()],
        test: {
          name: 'bundle',
          globalSetup: 'test/build/bundle.ts',
          include: [
            'test/build/shipped/**/*.test.ts',
            ...bundleSuites.map((path) => (path.endsWith('.ts') ? path : `${path}/*.test.ts`)),
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts', ...inProcesses],
          testTimeout: 120_000,
          // They wait for servers most of the time. Processes, since some of them change what their whole process has.
          pool: 'forks',
          maxWorkers: 2,
          execArgv: [...v8Flags],
        },
      },
      {
        extends: true,
        test: { name: 'deep', include: ['test/deep/**/*.test.ts'], testTimeout: 600_000 },
      },
    ],
  },
});
