import type { ServiceBroker } from 'moleculer';
import type { Clock } from '../lib/ports/clock.ts';

/** Something an operator can tell the cluster, typed at the prompt or given to `npm run ops`. */
export interface OperatorCommand {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What there is to know beside that, a paragraph or two. */
  readonly manual: string;
  readonly arguments: readonly Argument[];
  readonly options: Readonly<Record<string, Option>>;
  /** Whole lines as an operator would type them. */
  readonly examples: readonly string[];
  /** Whether what was typed changes something: then it is written to the audit log. */
  readonly changes: (input: OperatorInput) => boolean;
  readonly run: (context: OperatorContext, input: OperatorInput) => Promise<Table | string>;
}

export interface Argument {
  readonly name: string;
  readonly required: boolean;
  readonly means: string;
}

export type Option =
  | { readonly kind: 'flag'; readonly means: string }
  | { readonly kind: 'text'; readonly means: string }
  | {
      readonly kind: 'whole';
      readonly means: string;
      readonly min: number;
      readonly max: number;
      readonly default: number;
    };

/** What was typed behind a command's name, checked against what it takes. */
export interface OperatorInput {
  /** The arguments that were given, by name. */
  readonly words: Readonly<Record<string, string>>;
  readonly flags: ReadonlySet<string>;
  readonly texts: Readonly<Record<string, string>>;
  /** Every whole number that the command takes. */
  readonly wholes: Readonly<Record<string, number>>;
}

export interface OperatorContext {
  readonly broker: ServiceBroker;
  readonly clock: Clock;
  /** Who types. */
  readonly operator: string;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly foot: string;
}

export const NEVER = (): boolean => false;
export const ALWAYS = (): boolean => true;
