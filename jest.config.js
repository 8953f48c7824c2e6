/** @type {import('jest').Config} */
export default {
  // Real servers, on machines that do other things as well: a test that hangs is found all the same.
  testTimeout: 20_000,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': './test/strip-types.js' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/data/'],
};
