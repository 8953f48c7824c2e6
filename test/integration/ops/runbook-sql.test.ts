import { expect, it } from '@jest/globals';
import { onEachDatabase } from '../../databases.ts';
import { blocksOf } from '../../runbook.ts';

const STATEMENTS = blocksOf('sql')
  .flatMap((block) => block.split(/;$/m).map((text) => text.trim()))
  .filter((text) => text !== '');

onEachDatabase('the runbook', (database) => {
  it.each(STATEMENTS)('has SQL that runs: %s', async (statement) => {
    await expect(database().executor.query(statement)).resolves.toBeDefined();
  });
});
