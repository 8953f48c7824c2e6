/** Operators' commands that were sent from a page. */
import type { ServiceBroker, ServiceSchema } from 'moleculer';
import { v7 as uuidv7 } from 'uuid';
import { endpointAction } from './action.ts';
import type { OperatorInput, Table } from './operator-command.ts';
import { OPERATOR_COMMANDS } from './operator-commands.ts';
import { readInput, usageOf } from './operator-input.ts';
import { wordsOf } from './operator-line.ts';
import { manualOf } from './operator-manual.ts';
import { carriedOut, commandNamed } from './operator-run.ts';
import type { CommandReply, runCommand } from '../lib/contract/commands.ts';
import type { Caller } from '../lib/contract/endpoint.ts';
import { LibraryError } from '../lib/errors.ts';
import { problemOf } from '../lib/http/problem.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface CommandsDeps {
  readonly broker: ServiceBroker;
  readonly clock: Clock;
}

/** What is left of a request's time when it is answered that its command goes on. */
const MARGIN_MS = 500;
const NOTHING = { head: null, rows: null, foot: null, text: null, error: null };

export function commandsService({ broker, clock }: CommandsDeps): ServiceSchema {
  return {
    name: 'commands',
    actions: {
      run: endpointAction<typeof runCommand>(async ({ caller, body, deadline }, log): Promise<CommandReply> => {
        const commandId = uuidv7({ msecs: clock.now() });
        const { changes, run } = understood(broker, clock, commandId, caller, wordsOf(body.line));
        if (changes && !caller.roles.includes('admin')) {
          throw new LibraryError('FORBIDDEN', 'This command changes something: it takes the role admin');
        }
        const ended = run().then(shown, (error: unknown) => {
          const problem = problemOf(error);
          if (problem.unexpected) log.error({ err: error, command_id: commandId }, 'a command failed');
          return { ...NOTHING, state: 'failed' as const, error: problem.detail };
        });
        const reply = await Promise.race([ended, late(clock, deadline, changes)]);
        return { command_id: commandId, ...reply };
      }),
    },
  };
}

interface Understood {
  readonly changes: boolean;
  readonly run: () => Promise<Table | string>;
}

/** @throws LibraryError NOT_FOUND for no command of ours, VALIDATION_ERROR for what it does not take */
function understood(
  broker: ServiceBroker,
  clock: Clock,
  commandId: string,
  caller: Caller,
  typed: readonly string[],
): Understood {
  const [name = '', ...words] = typed;
  if (name === 'help') return { changes: false, run: () => Promise.resolve(help(words[0])) };
  const command = commandNamed(name);
  // Without what makes sense at a terminal only: nobody writes another name into the audit log, or goes past it.
  const input: OperatorInput = readInput(command, words, command.options);
  const by = { operator: caller.userId, caller, commandId };
  return {
    changes: command.changes(input),
    run: () => carriedOut({ broker, clock, operator: by.operator }, command, input, words, by),
  };
}

function help(name: string | undefined): Table | string {
  if (name !== undefined) {
    const command = commandNamed(name);
    return manualOf(command, command.options);
  }
  return {
    head: ['command', 'what it does'],
    rows: OPERATOR_COMMANDS.map((command) => [usageOf(command), command.summary]),
    foot: 'All about one of them: help <command>',
  };
}

function shown(result: Table | string) {
  if (typeof result === 'string') return { ...NOTHING, state: 'done' as const, text: result };
  const { head, rows, foot } = result;
  return { ...NOTHING, state: 'done' as const, head: [...head], rows: rows.map((row) => [...row]), foot };
}

/** Resolves shortly before nobody waits any more. What changes something goes on; of what only looks, nobody would hear. */
function late(clock: Clock, deadline: number, changes: boolean) {
  return new Promise<Omit<CommandReply, 'command_id'>>((resolve) => {
    clock.after(Math.max(0, deadline - MARGIN_MS - clock.now()), () => {
      if (changes) resolve({ ...NOTHING, state: 'running' });
      else resolve({ ...NOTHING, state: 'failed', error: 'This takes longer than a request may; npm run ops waits' });
    });
  });
}
