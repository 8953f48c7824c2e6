import { postgresPlaytimeSink } from '../../lib/playtime/postgres-playtime-sink.ts';
import { onEachDatabase } from '../databases.ts';
import { playtimeSinkSuite } from './playtime-sink.suite.ts';

onEachDatabase('the playtime sink', (database) => {
  playtimeSinkSuite(() => ({ sink: postgresPlaytimeSink(database().executor), database: database() }));
});
