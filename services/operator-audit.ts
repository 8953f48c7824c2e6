/** What operators did: how it is written down, and the command that shows it. */
import type { Caller } from '../lib/contract/endpoint.ts';
import type { AuditEntry as ShownEntry } from '../lib/contract/support.ts';
import {
  NEVER,
  type OperatorCommand,
  type OperatorContext,
  type OperatorInput,
  type Table,
} from './operator-command.ts';
import { mustUuid } from './operator-input.ts';
import type { AuditEntry } from '../lib/audit.ts';

/** Who is written down for a command. */
export interface OperatorIdentity {
  readonly operator: string;
  /** The account that sent it from a page; absent: a person on a machine of the cluster, who has none here. */
  readonly caller?: Caller;
  /** What the sender was told of this run. */
  readonly commandId?: string;
}

/** A step of a command that changes something. */
export interface OperatorNote extends OperatorIdentity {
  readonly command: string;
  /** The whole line. */
  readonly typed: string;
  readonly outcome: 'begun' | 'done' | 'failed';
  readonly result?: string;
}

/** Whose data no user's is; what concerns the cluster as a whole stands under it. */
export const CLUSTER_ID = '00000000-0000-0000-0000-000000000000';
/** An operator is a person on a machine of the cluster, and no account of the platform. */
const OPERATOR: Caller = { userId: CLUSTER_ID, roles: ['admin'] };
const LONGEST = 2_000;

export function operatorEntry(note: OperatorNote): AuditEntry {
  const { operator, caller = OPERATOR, commandId, command, typed, outcome, result } = note;
  return {
    action: `operator.${command}`,
    caller,
    userId: CLUSTER_ID,
    gameId: null,
    details: {
      operator: operator.slice(0, LONGEST),
      typed: typed.slice(0, LONGEST),
      outcome,
      ...(commandId === undefined ? {} : { command_id: commandId }),
      ...(result === undefined ? {} : { result: result.slice(0, LONGEST) }),
    },
  };
}

interface Page {
  readonly items: readonly ShownEntry[];
}

async function auditLog({ broker }: OperatorContext, { words, wholes, flags }: OperatorInput): Promise<Table> {
  const userId = words['user'] ?? CLUSTER_ID;
  mustUuid(userId);
  const log = flags.has('achievements') ? 'achievements' : 'library';
  const { items } = await broker.call<Page, object>('audit.list', {
    userId,
    query: { user_id: userId, log, limit: wholes['limit'] },
  });
  return {
    head: ['when', 'what', 'by', 'roles', 'game', 'details'],
    rows: items.map((entry) => [
      entry.occurred_at,
      entry.action,
      typeof entry.details['operator'] === 'string' ? entry.details['operator'] : entry.actor_id,
      entry.actor_roles.join(','),
      entry.game_id ?? '',
      JSON.stringify(entry.details),
    ]),
    foot: `${items.length} entries, latest first`,
  };
}

export const AUDIT_COMMANDS: readonly OperatorCommand[] = [
  {
    name: 'audit',
    summary: "What operators did, or what was changed of a user's data",
    manual:
      'Without a user: commands that changed something, each once when it began and once when it was through, with who typed it. ' +
      'With a user: who changed what of the user’s data. Latest first.',
    arguments: [{ name: 'user', required: false, means: 'UUID of a user' }],
    options: {
      achievements: { kind: 'flag', means: 'grants and refusals of achievements, of a user' },
      limit: { kind: 'whole', means: 'how many entries', min: 1, max: 200, default: 20 },
    },
    examples: ['audit', 'audit 00000000-0000-7000-8000-000000000001 --limit 50'],
    changes: NEVER,
    run: auditLog,
  },
];
