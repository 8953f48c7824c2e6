import { readFileSync } from 'node:fs';
import { WANTS_SERVER } from './server-variables.ts';

/** The part we read of what `jest --json` writes. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that failed before any of their tests ran. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly assertionResults: readonly { readonly ancestorTitles: string[] }[] }[];
}

export interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The titles of the suites that were skipped for want of a server. */
  readonly suitesWithoutServer: readonly string[];
}

/** Reads the file that `jest --json --outputFile` wrote. Throws when jest ended before it wrote one. */
export function readJestReport(path: string): Summary {
  const report = JSON.parse(readFileSync(path, 'utf8')) as JestReport;
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const suites = tests.flatMap((test) => test.ancestorTitles.filter((title) => WANTS_SERVER.test(title)));
  return {
    passed: report.numPassedTests,
    // A file that cannot be loaded has no tests to count, and must not look like success.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
    suitesWithoutServer: [...new Set(suites)],
  };
}
