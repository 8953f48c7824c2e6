/** Commands of operators, sent from the page: what a terminal would be told, with the audit rows of one. */
import type { CommandReply } from '../../lib/contract/commands.ts';
import type { AuditEntry } from '../../lib/contract/support.ts';
import { api } from './session.ts';

/** What concerns no user stands in the audit log under this one. */
const CLUSTER_ID = '00000000-0000-0000-0000-000000000000';
const LOOK_MS = 2_000;
/** Nothing that operators type takes longer. */
const LONGEST_MS = 120_000;

/** @throws Refused when it may not be run, or is not understood */
export function run(line: string): Promise<CommandReply> {
  return api.call<CommandReply>({ method: 'POST', path: '/admin/commands', body: { line } });
}

export interface Outcome {
  readonly state: 'done' | 'failed' | 'unknown';
  /** In the words of the service. */
  readonly text: string;
}

/** How a command ends that went on when its answer came: its row in the audit log says so. */
export async function outcomeOf(commandId: string): Promise<Outcome> {
  const until = Date.now() + LONGEST_MS;
  while (Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const { items } = await api.call<{ readonly items: readonly AuditEntry[] }>({
      method: 'GET',
      path: `/admin/audit?user_id=${CLUSTER_ID}&limit=50`,
    });
    for (const { details } of items) {
      const { command_id: id, outcome, result } = details;
      if (id !== commandId || (outcome !== 'done' && outcome !== 'failed')) continue;
      return { state: outcome, text: typeof result === 'string' ? result : '' };
    }
  }
  return { state: 'unknown', text: '' };
}
