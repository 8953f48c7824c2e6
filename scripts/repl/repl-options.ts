import type { ServiceBroker } from 'moleculer';
import type { Table } from '../../services/operator-command.ts';
import { OPERATOR_COMMANDS } from '../../services/operator-commands.ts';

/** The helpers that the REPL hands to a command; `table` is the npm package of that name. */
interface Helpers {
  readonly table: (rows: readonly (readonly unknown[])[], options?: object) => string;
  readonly getBorderCharacters: (style: string) => object;
  readonly kleur: Record<'red' | 'bold' | 'grey', (text: string) => string>;
}

/** Our commands as options of the Moleculer REPL. A refusal is one red line. */
export function replOptions(): object {
  return {
    delimiter: 'library $',
    customCommands: OPERATOR_COMMANDS.map(({ command, description, run }) => ({
      command,
      description,
      action: async (broker: ServiceBroker, args: Record<string, string | undefined>, helpers: Helpers) => {
        try {
          console.log(render(await run(broker, args), helpers));
        } catch (error) {
          console.log(helpers.kleur.red(error instanceof Error ? error.message : String(error)));
        }
      },
    })),
  };
}

function render(result: Table | string, { table, getBorderCharacters, kleur }: Helpers): string {
  if (typeof result === 'string') return result;
  const rows = [result.head.map((title) => kleur.bold(title)), ...result.rows];
  return table(rows, { border: getBorderCharacters('norc') }) + kleur.grey(result.foot);
}
