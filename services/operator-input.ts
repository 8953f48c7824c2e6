/** What operators typed, as the commands understand it. A refusal is one line that says what is wrong. */
import { parseArgs } from 'node:util';
import type { Argument, OperatorCommand, OperatorInput, Option } from './operator-command.ts';
import { LibraryError } from '../lib/errors.ts';
import { uuidToKey, type UuidKey } from '../lib/uuid.ts';

/** What every command that only looks also takes. */
export const LOOKING_OPTIONS: Readonly<Record<string, Option>> = {
  watch: { kind: 'flag', means: 'look again and again, until Enter is pressed' },
  every: { kind: 'whole', means: 'with --watch: seconds between two looks', min: 1, max: 3_600, default: 2 },
  json: { kind: 'flag', means: 'print one JSON object a row, for programs' },
};

/** What every command that changes something also takes. */
export const CHANGING_OPTIONS: Readonly<Record<string, Option>> = {
  as: { kind: 'text', means: 'who to write down in the audit log; otherwise the name on this machine' },
  'without-audit': { kind: 'flag', means: 'go ahead although it cannot be written down: the database is away' },
};

/** Everything a command takes. One that changes something only when told to takes what both kinds take. */
export function optionsOf({ options, changes }: OperatorCommand): Readonly<Record<string, Option>> {
  const looks = !changes(NOTHING_TYPED);
  const mayChange = !looks || 'yes' in options;
  return { ...options, ...(looks ? LOOKING_OPTIONS : {}), ...(mayChange ? CHANGING_OPTIONS : {}) };
}

const NOTHING_TYPED: OperatorInput = { words: {}, flags: new Set(), texts: {}, wholes: {} };

/** `drain <node> [--as <text>]` */
export function usageOf(command: OperatorCommand): string {
  const words = command.arguments.map(({ name, required }) => (required ? `<${name}>` : `[${name}]`));
  const options = Object.keys(command.options).map((name) => `[${optionUsage(name, command.options[name])}]`);
  return [command.name, ...words, ...options].join(' ');
}

/** `--limit <number>` */
export function optionUsage(name: string, option: Option | undefined): string {
  const value = option?.kind === 'whole' ? ' <number>' : option?.kind === 'text' ? ' <text>' : '';
  return `--${name}${value}`;
}

/**
 * @param options what is understood beside arguments; by default all there is at a terminal
 * @throws LibraryError VALIDATION_ERROR with one line about what is wrong
 */
export function readInput(
  command: OperatorCommand,
  typed: readonly string[],
  options: Readonly<Record<string, Option>> = optionsOf(command),
): OperatorInput {
  const { values, positionals } = split(command, options, typed);
  const flags = new Set<string>();
  const texts: Record<string, string> = {};
  const wholes: Record<string, number> = {};
  for (const [name, option] of Object.entries(options)) {
    const value = values[name];
    if (option.kind === 'flag' && value === true) flags.add(name);
    if (option.kind === 'text' && typeof value === 'string') texts[name] = value;
    if (option.kind === 'whole') {
      wholes[name] = value === undefined ? option.default : mustWhole(command, name, option, String(value));
    }
  }
  return { words: named(command, positionals), flags, texts, wholes };
}

function split(command: OperatorCommand, options: Readonly<Record<string, Option>>, typed: readonly string[]) {
  try {
    return parseArgs({
      args: [...typed],
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { kind }]) => [
          name,
          { type: kind === 'flag' ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
    });
  } catch (error) {
    // Node goes on to explain how to pass words that begin with a dash; nobody here has any.
    const { message } = error as { readonly message: string };
    const [said = ''] = message.split(/[.\n]/);
    throw wrong(command, said.charAt(0).toLowerCase() + said.slice(1));
  }
}

function named(command: OperatorCommand, positionals: readonly string[]): Record<string, string> {
  const words: Record<string, string> = {};
  command.arguments.forEach(({ name, required }: Argument, at) => {
    const word = positionals[at];
    if (word !== undefined) words[name] = word;
    else if (required) throw wrong(command, `<${name}> is missing`);
  });
  const [more] = positionals.slice(command.arguments.length);
  if (more !== undefined) throw wrong(command, `nothing is known of ${JSON.stringify(more)}`);
  return words;
}

function mustWhole(
  command: OperatorCommand,
  name: string,
  { min, max }: Option & { kind: 'whole' },
  text: string,
): number {
  const value = Number(text);
  if (/^[0-9]+$/.test(text) && value >= min && value <= max) return value;
  throw wrong(command, `--${name} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
}

function wrong(command: OperatorCommand, what: string): LibraryError {
  return new LibraryError('VALIDATION_ERROR', `${what}; it goes: ${usageOf(command)}`);
}

/** The key of a UUID that a person typed. Throws VALIDATION_ERROR with the text that is none. */
export function mustUuid(text: unknown): UuidKey {
  const key = typeof text === 'string' ? uuidToKey(text) : null;
  if (key === null) throw new LibraryError('VALIDATION_ERROR', `not a UUID: ${String(text)}`);
  return key;
}
