/** What operators type about implausible play: `findings`. */
import {
  NEVER,
  type OperatorCommand,
  type OperatorContext,
  type OperatorInput,
  type Table,
} from './operator-command.ts';
import { mustUuid } from './operator-input.ts';
import type { PlayFinding } from '../lib/contract/findings.ts';

interface Page {
  readonly items: readonly PlayFinding[];
}

async function findings({ broker }: OperatorContext, { words: { user }, wholes }: OperatorInput): Promise<Table> {
  const { limit } = wholes;
  if (user !== undefined) mustUuid(user);
  const { items } = await (user === undefined
    ? broker.call<Page, object>('findings.list', { query: { state: 'open', limit } })
    : broker.call<Page, object>('findings.ofUser', { userId: user.toLowerCase(), query: { limit } }));
  return {
    head: ['found at', 'user', 'rule', 'severity', 'about', 'state', 'evidence'],
    rows: items.map((finding) => [
      finding.found_at,
      finding.user_id,
      finding.rule,
      finding.severity,
      finding.subject,
      finding.state,
      JSON.stringify(finding.evidence),
    ]),
    foot: `${items.length} findings, latest first; support decides them: docs/anti-cheat.md`,
  };
}

export const FINDING_COMMANDS: readonly OperatorCommand[] = [
  {
    name: 'findings',
    summary: 'Implausible play that nobody has decided, or all that was found about a user',
    manual:
      'Nothing follows from a finding by itself. `figures library.findings` counts them by rule; many of one rule at once are a launcher or a game that ' +
      'misbehaves, and no cheaters.',
    arguments: [{ name: 'user', required: false, means: 'UUID of a user' }],
    options: { limit: { kind: 'whole', means: 'how many', min: 1, max: 200, default: 20 } },
    examples: ['findings', 'findings 00000000-0000-7000-8000-000000000001'],
    changes: NEVER,
    run: findings,
  },
];
