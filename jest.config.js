/** @type {import('jest').Config} */
export default {
  // Finds what hangs. How fast things are is for bench/ to say: machines that do other things starve any test at times.
  testTimeout: 60_000,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': './test/strip-types.js' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/data/'],
};
