import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  // Finds what hangs. How fast things are is for bench/ to say: machines that do other things starve any test at times.
  testTimeout: 60_000,
  // Never in jest's own process: contexts of ES modules are not freed, and three hundred files need more than node may have.
  maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
  workerIdleMemoryLimit: '1GB',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': './test/strip-types.js' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/data/'],
};
