import type { Command } from 'commander';
import { standardTerminal } from './terminal.ts';
import type { OperatorContext } from '../../services/operator-command.ts';
import { OPERATOR_COMMANDS } from '../../services/operator-commands.ts';
import { listOfCommands, manualOf } from '../../services/operator-manual.ts';
import { runTyped } from '../../services/operator-run.ts';

/** A command as the REPL keeps it, with what was typed. */
type Typed = Command & { params?: { readonly words: readonly string[] } };

interface Params {
  readonly words: readonly string[];
}

interface Helpers {
  /** Our own command `help`; its parent knows all the others. */
  readonly cmd: Command;
}

/** Our commands as options of the Moleculer REPL. A refusal is one line. */
export function replOptions(context: Omit<OperatorContext, 'broker'>): object {
  const terminal = standardTerminal();
  const commands = OPERATOR_COMMANDS.map(({ name, summary }) => ({
    command: `${name} [words...]`,
    description: summary,
    ...TAKES_ANYTHING,
    action: async (broker: OperatorContext['broker'], { words }: Params) =>
      oneLine(() => runTyped({ ...context, broker }, terminal, [name, ...words])),
  }));
  const help = {
    command: 'help [words...]',
    description: 'This list, or everything about one command',
    ...TAKES_ANYTHING,
    action: async (_broker: unknown, { words: [name] }: Params, { cmd }: Helpers) =>
      oneLine(async () => console.log(helpFor(name, cmd.parent))),
  };
  return { delimiter: 'library $', customCommands: [help, ...commands] };
}

/** What is typed is read by ourselves, so that it means the same here and in `npm run ops`. */
const TAKES_ANYTHING = {
  allowUnknownOptions: true,
  parse(command: Typed): void {
    // `node`, the name of the REPL, and the command's own name come before what was typed behind it.
    const raw = (command.parent as unknown as { readonly rawArgs: readonly string[] } | null)?.rawArgs ?? [];
    command.params = { words: raw.slice(3) };
  },
};

async function oneLine(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
  }
}

/** The manual of one of ours, what the REPL knows of one of its own, or the list of both. */
export function helpFor(name: string | undefined, all: Command | null): string {
  const ours = OPERATOR_COMMANDS.find((command) => command.name === name);
  if (ours !== undefined) return manualOf(ours);
  const others = (all?.commands ?? []).filter(
    (command) => command.name() !== 'help' && !OPERATOR_COMMANDS.some((own) => own.name === command.name()),
  );
  if (name !== undefined) {
    const other = others.find((command) => command.name() === name || command.aliases().includes(name));
    return other?.helpInformation() ?? `there is no command ${JSON.stringify(name)}; the list: help`;
  }
  const own = `${listOfCommands()}\n\nAll about one of them: help <command>`;
  return others.length === 0 ? own : `${own}\nMoleculer's: ${others.map((command) => command.name()).join(', ')}`;
}
