/** Everything that operators can type, in the order of their manual. */
import { AUDIT_COMMANDS } from './operator-audit.ts';
import { CLUSTER_COMMANDS } from './operator-cluster.ts';
import type { OperatorCommand } from './operator-command.ts';
import { ENGINE_COMMANDS } from './operator-engines.ts';
import { EVENT_COMMANDS } from './operator-events.ts';
import { FINDING_COMMANDS } from './operator-findings.ts';
import { REBALANCE_COMMANDS } from './operator-rebalance.ts';
import { SAVE_COMMANDS } from './operator-saves.ts';
import { TOP_COMMANDS } from './operator-top.ts';
import { USER_COMMANDS } from './operator-users.ts';

export const OPERATOR_COMMANDS: readonly OperatorCommand[] = [
  ...CLUSTER_COMMANDS,
  ...ENGINE_COMMANDS,
  ...REBALANCE_COMMANDS,
  ...TOP_COMMANDS,
  ...USER_COMMANDS,
  ...EVENT_COMMANDS,
  ...SAVE_COMMANDS,
  ...FINDING_COMMANDS,
  ...AUDIT_COMMANDS,
];
