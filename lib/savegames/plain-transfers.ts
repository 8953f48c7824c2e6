import type { SqlExecutor } from '../db/database.ts';
import { answersByRow, parametersFor, type Columns, type RowOf } from '../db/parameter-table.ts';
import { isDatabaseUnavailable } from '../db/unavailable.ts';
import { together } from '../together.ts';
import { ANNOUNCE, ASKED_TO_ANNOUNCE } from './announce-statement.ts';
import { ASKED_TO_CONFIRM, CONFIRM } from './confirm-statement.ts';
import type { SlotRow, UploadRow } from './situation.ts';
import { unheld, type Run, type Statement } from './under-account.ts';

/** A row of the situation, and whether the upload was announced. */
export type AnnounceRow = SlotRow & { readonly n: number; readonly announced: boolean };
/** A row of the situation, and the number of the version that the upload became; null: it is left to the rules. */
export type ConfirmRow = UploadRow & { readonly n: number; readonly became: number | null };

/**
 * Transfers that are as plain as nearly all are: read, decided and written by one statement. Each resolves to the rows of
 * its own situation.
 */
export interface PlainTransfers {
  announce(asked: RowOf<typeof ASKED_TO_ANNOUNCE>): Promise<readonly AnnounceRow[]>;
  confirm(asked: RowOf<typeof ASKED_TO_CONFIRM>): Promise<readonly ConfirmRow[]>;
}

/**
 * As many as one commit should carry: beyond, each waits longer for the others than it gains by sharing with them. One
 * batch is on its way while the next one comes together.
 */
const LIMITS = { batch: 64, underWay: 1 };

/** Transfers of many users with one statement and one commit: what comes in while others are under way goes together. */
export function plainTransfers(executor: SqlExecutor): PlainTransfers {
  return byMeansOf(unheld(executor), (ask) => together(eachForItself(ask), LIMITS));
}

/** Each by itself, where the account is held. */
export function plainTransfersIn(run: Run): PlainTransfers {
  return byMeansOf(run, (ask) => async (asked) => (await ask([asked]))[0] ?? []);
}

type Ask<Asked extends Columns, Row> = (rows: readonly RowOf<Asked>[]) => Promise<readonly (readonly Row[])[]>;

function byMeansOf(
  run: Run,
  one: <Asked extends Columns, Row>(ask: Ask<Asked, Row>) => (asked: RowOf<Asked>) => Promise<readonly Row[]>,
): PlainTransfers {
  return {
    announce: one(askWith<typeof ASKED_TO_ANNOUNCE, AnnounceRow>(run, ANNOUNCE, ASKED_TO_ANNOUNCE)),
    confirm: one(askWith<typeof ASKED_TO_CONFIRM, ConfirmRow>(run, CONFIRM, ASKED_TO_CONFIRM)),
  };
}

function askWith<Asked extends Columns, Row extends { readonly n: number }>(
  run: Run,
  statement: Statement,
  columns: Asked,
): Ask<Asked, Row> {
  return async (rows) => answersByRow(await run.query<Row>(statement, parametersFor(columns, rows)), rows.length);
}

/** What the database refuses of one is no reason to refuse the others: nothing of the statement was done then. */
function eachForItself<Asked extends Columns, Row>(ask: Ask<Asked, Row>) {
  return async (rows: readonly RowOf<Asked>[]): Promise<readonly (readonly Row[] | Error)[]> => {
    try {
      return await ask(rows);
    } catch (error) {
      if (rows.length === 1 || isDatabaseUnavailable(error)) throw error;
      return Promise.all(rows.map((row) => ask([row]).then(([own]) => own ?? [], asError)));
    }
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
