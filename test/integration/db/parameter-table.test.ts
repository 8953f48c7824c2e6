import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answersByRow, parametersFor, parameterTable } from '../../../lib/db/parameter-table.ts';
import { onEachDatabase } from '../../databases.ts';

const COLUMNS = { id: 'uuid', label: 'text', bytes: 'bytea', size: 'bigint', side: 'boolean', at: 'timestamptz' };
interface Row {
  readonly n: number;
  readonly bytes: Uint8Array | null;
}
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const row = fc.record({
  id: fc.uuid(),
  label: orNull(fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))),
  bytes: orNull(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))),
  size: orNull(fc.maxSafeInteger()),
  side: orNull(fc.boolean()),
  at: orNull(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })),
});

onEachDatabase('rows that come as parameters', (database) => {
  it('are in the table as they were given, numbered from 1 on', async () => {
    const text = `SELECT * FROM ${parameterTable(COLUMNS, 'q')} ORDER BY n`;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), async (rows) => {
        const answered = await database().executor.query<Row>(text, parametersFor(COLUMNS, rows), 'rows');
        expect(answered.rows.map((each) => ({ ...each, bytes: hex(each) }))).toEqual(
          rows.map((each, index) => ({ ...each, bytes: hex(each), n: index + 1 })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are answered each by what bears its number, in whatever order', () => {
    const answers = [{ n: 3 }, { n: 1 }, { n: 3 }];
    expect(answersByRow(answers, 4)).toEqual([[{ n: 1 }], [], [{ n: 3 }, { n: 3 }], []]);
  });
});

/** Bytes compare as what they are, whichever class holds them. */
function hex({ bytes }: Pick<Row, 'bytes'>): string | null {
  return bytes ? Buffer.from(bytes).toString('hex') : null;
}
