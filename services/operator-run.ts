/**
 * Carries out what an operator typed: reads it, has what changes something written down before and after, and repeats
 * what is to be watched.
 */
import { OPERATOR_COMMANDS } from './operator-commands.ts';
import type { OperatorCommand, OperatorContext, OperatorInput, Table } from './operator-command.ts';
import { readInput } from './operator-input.ts';
import type { OperatorIdentity, OperatorNote } from './operator-audit.ts';
import { LibraryError } from '../lib/errors.ts';

export interface OperatorTerminal {
  show(result: Table | string, how: { readonly json: boolean; readonly again: boolean }): void;
  /** Resolves when whoever watches has seen enough. */
  enough(): Promise<void>;
}

/**
 * @param typed the command and what follows it, split into words
 * @throws LibraryError with one line for the operator; whatever a part of the cluster failed with
 */
export async function runTyped(
  context: OperatorContext,
  terminal: OperatorTerminal,
  typed: readonly string[],
): Promise<void> {
  const [name = '', ...words] = typed;
  const command = commandNamed(name);
  const input = readInput(command, words);
  const operator = input.texts['as'] ?? context.operator;
  const changes = command.changes(input);
  const json = !changes && input.flags.has('json');
  terminal.show(await carriedOut(context, command, input, words, { operator }), { json, again: false });
  if (!changes && input.flags.has('watch')) await watch(context, terminal, command, input, json);
}

/**
 * Runs what was understood; what changes something, with its entries in the audit log.
 *
 * @param by whom the entries name
 * @throws LibraryError with one line for the operator; whatever a part of the cluster failed with
 */
export async function carriedOut(
  context: OperatorContext,
  command: OperatorCommand,
  input: OperatorInput,
  words: readonly string[],
  by: OperatorIdentity,
): Promise<Table | string> {
  if (command.changes(input)) return recorded(context, command, input, words, by);
  return command.run(context, input);
}

/** @throws LibraryError NOT_FOUND */
export function commandNamed(name: string): OperatorCommand {
  const command = OPERATOR_COMMANDS.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  const names = OPERATOR_COMMANDS.map((candidate) => candidate.name).join(', ');
  throw new LibraryError('NOT_FOUND', `there is no command ${JSON.stringify(name)}; there are ${names}`);
}

async function watch(
  context: OperatorContext,
  terminal: OperatorTerminal,
  command: OperatorCommand,
  input: OperatorInput,
  json: boolean,
): Promise<void> {
  let enough = false;
  const ended = terminal.enough().then(() => {
    enough = true;
  });
  for (;;) {
    await Promise.race([ended, pause(context, (input.wholes['every'] ?? 1) * 1_000)]);
    if (enough) return;
    const result = await command.run(context, input);
    terminal.show(result, { json, again: true });
  }
}

function pause({ clock }: OperatorContext, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

/** Nothing happens that could not be written down, unless the operator says so. */
async function recorded(
  context: OperatorContext,
  command: OperatorCommand,
  input: OperatorInput,
  words: readonly string[],
  by: OperatorIdentity,
): Promise<Table | string> {
  const note = { ...by, command: command.name, typed: [command.name, ...words].join(' ') };
  const spared = input.flags.has('without-audit');
  if (!spared) await write(context, { ...note, outcome: 'begun' });
  let result: Table | string;
  try {
    result = await command.run({ ...context, operator: by.operator }, input);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (spared) throw error;
    await write(context, { ...note, outcome: 'failed', result: message }).catch((unwritten: unknown) => {
      throw new LibraryError('UNAVAILABLE', `${message}\nThis is not in the audit log: ${String(unwritten)}`);
    });
    throw error;
  }
  if (spared) return result;
  const line = typeof result === 'string' ? result : result.foot;
  await write(context, { ...note, outcome: 'done', result: line }).catch((error: unknown) => {
    throw new LibraryError('UNAVAILABLE', `${line}\nIt is done, but its end is not in the audit log: ${String(error)}`);
  });
  return result;
}

async function write({ broker }: OperatorContext, note: OperatorNote): Promise<void> {
  try {
    await broker.call('audit.operator', note);
  } catch (error) {
    if (note.outcome !== 'begun') throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new LibraryError(
      'UNAVAILABLE',
      `nothing was done, for it cannot be written to the audit log (${why}); --without-audit does it all the same`,
    );
  }
}
