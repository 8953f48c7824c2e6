import { CompiledQuery, type Kysely, type Transaction } from 'kysely';
import type { SqlExecutor } from '../db/database.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { lockAccount, type SavesContext } from './account.ts';

/** A statement that never varies. */
export interface Statement {
  /** Under which connections keep its plan. */
  readonly name: string;
  readonly text: string;
}

/** Where statements run: each by itself, or all in a transaction that holds the account. */
export interface Run {
  /** Null: nothing is held, and what was read may not hold any more when something is written. */
  readonly holding: Transaction<Schema> | null;
  query<Row extends object>(statement: Statement, parameters: readonly unknown[]): Promise<Row[]>;
}

/** What an attempt answers when it wrote nothing: the account changed since it was read, or it has to be held. */
export const MOVED = Symbol('moved');

/**
 * Changes a user's saves by one statement that reads, a decision, and one statement that writes - if the account's
 * `changes` still are what was read. Most often they are, and nobody was locked out meanwhile. If they are not, the
 * same is done once more while the account is held: then nothing can change, and everybody's turn comes.
 *
 * @throws LibraryError USER_ERASED
 * @param attempt reads, decides and writes; refuses by throwing, which must leave nothing behind
 */
export async function underAccount<Result>(
  { db, executor, userId }: Pick<SavesContext, 'db' | 'userId'> & { readonly executor: SqlExecutor },
  attempt: (run: Run) => Promise<Result | typeof MOVED>,
): Promise<Result> {
  const result = await attempt(unheld(executor));
  if (result !== MOVED) return result;
  return db.transaction().execute(async (transaction) => {
    await lockAccount(transaction, userId);
    const held = await attempt(holding(transaction));
    // Nothing but an erasure comes between.
    if (held === MOVED) throw new LibraryError('USER_ERASED', 'The account was deleted');
    return held;
  });
}

/** Statements that run by themselves. */
export function unheld(executor: SqlExecutor): Run {
  return {
    holding: null,
    query: async <Row extends object>({ name, text }: Statement, parameters: readonly unknown[]) =>
      (await executor.query<Row>(text, parameters, name)).rows,
  };
}

function holding(transaction: Transaction<Schema>): Run {
  return { holding: transaction, query: (statement, parameters) => query(transaction, statement, parameters) };
}

async function query<Row extends object>(
  db: Kysely<Schema>,
  { text }: Statement,
  parameters: readonly unknown[],
): Promise<Row[]> {
  return (await db.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]))).rows;
}
