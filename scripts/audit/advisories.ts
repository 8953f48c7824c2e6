import { spawn } from 'node:child_process';

export const SEVERITIES = ['info', 'low', 'moderate', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A package that is installed and has a known fault. */
export interface Advisory {
  readonly name: string;
  readonly severity: Severity;
  readonly title: string;
}

/** What is known of the packages; `unknown`: nobody could be asked, which is not the same as nothing. */
export type Advisories =
  | { readonly state: 'known'; readonly advisories: readonly Advisory[] }
  | { readonly state: 'unknown'; readonly reason: string };

const TIMEOUT_MS = 60_000;

/** Asks the registry by `npm audit`. Never rejects. */
export function askRegistry(root: string): Promise<Advisories> {
  return new Promise((resolve) => {
    const child = spawn('npm', ['audit', '--omit=dev', '--json'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT_MS,
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('error', ({ message }) => resolve({ state: 'unknown', reason: `npm cannot be run: ${message}` }));
    child.on('close', (_code, signal) => {
      if (signal === null) resolve(readReport(text));
      else resolve({ state: 'unknown', reason: `no answer within ${TIMEOUT_MS / 1000} s` });
    });
  });
}

interface Report {
  readonly auditReportVersion?: number;
  readonly vulnerabilities?: Readonly<
    Record<string, { readonly severity: Severity; readonly via: readonly unknown[] }>
  >;
  readonly statusCode?: unknown;
}

/** Only a report that says it is one counts: `npm audit` exits with 1 for a fault and for an error alike. */
export function readReport(text: string): Advisories {
  let report: Report;
  try {
    report = JSON.parse(text) as Report;
  } catch {
    return { state: 'unknown', reason: 'npm audit did not answer in JSON' };
  }
  const { auditReportVersion, vulnerabilities, statusCode } = report;
  if (auditReportVersion !== 2 || vulnerabilities === undefined) {
    const status = typeof statusCode === 'number' ? `status ${statusCode}` : 'no report';
    return { state: 'unknown', reason: `the registry does not answer audits (${status})` };
  }
  const advisories = Object.entries(vulnerabilities).map(([name, { severity, via }]) => ({
    name,
    severity,
    title: titleOf(via),
  }));
  return { state: 'known', advisories };
}

function titleOf(via: readonly unknown[]): string {
  const titles = via.map((one) => (typeof one === 'string' ? `by ${one}` : String((one as { title?: unknown }).title)));
  return titles.join('; ');
}
