/** The operators' manual: what `help` says, and the reference in `docs/operations.md`. */
import type { OperatorCommand, Option } from './operator-command.ts';
import { OPERATOR_COMMANDS } from './operator-commands.ts';
import { optionsOf, optionUsage, usageOf } from './operator-input.ts';

/** One line a command. */
export function listOfCommands(): string {
  const usages = OPERATOR_COMMANDS.map((command) => [usageOf(command), command.summary] as const);
  const width = Math.max(...usages.map(([usage]) => usage.length));
  return usages.map(([usage, summary]) => `  ${usage.padEnd(width)}  ${summary}`).join('\n');
}

/**
 * Everything about one command, for a terminal.
 *
 * @param options those that are understood there
 */
export function manualOf(command: OperatorCommand, options = optionsOf(command)): string {
  const explained = explanations(command, options);
  const width = Math.max(0, ...explained.map(([name]) => name.length));
  return [
    `${usageOf(command)}\n  ${command.summary}.`,
    wrapped(command.manual),
    explained.map(([name, means]) => `  ${name.padEnd(width)}  ${means}`).join('\n'),
    `For example:\n${command.examples.map((example) => `  ${example}`).join('\n')}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The reference, as Markdown: a section a command. */
export function manualAsMarkdown(): string {
  return OPERATOR_COMMANDS.map((command) => {
    const explained = explanations(command, optionsOf(command)).map(([name, means]) => `- \`${name}\`: ${means}`);
    const examples = command.examples.map((example) => `npm run -s ops -- ${example}`);
    return [
      `### ${command.name}`,
      `\`${usageOf(command)}\``,
      `${command.summary}. ${command.manual}`,
      explained.join('\n'),
      ['```sh', ...examples, '```'].join('\n'),
    ]
      .filter((part) => part !== '')
      .join('\n\n');
  }).join('\n\n');
}

/** Lines that fit a terminal. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{1,100})(?: |$)/g, '$1\n').trimEnd();
}

function explanations(
  command: OperatorCommand,
  options: Readonly<Record<string, Option>>,
): readonly (readonly [string, string])[] {
  return [
    ...command.arguments.map(({ name, required, means }) => [required ? `<${name}>` : `[${name}]`, means] as const),
    ...Object.entries(options).map(([name, option]) => {
      const standard = option.kind === 'whole' ? ` (${option.default})` : '';
      return [optionUsage(name, option), `${option.means}${standard}`] as const;
    }),
  ];
}
