import type { ServiceBroker } from 'moleculer';

/** A command of the REPL: a title and a table, or one line. */
export interface OperatorCommand {
  readonly command: string;
  readonly description: string;
  readonly run: (broker: ServiceBroker, args: Readonly<Record<string, string | undefined>>) => Promise<Table | string>;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly foot: string;
}
