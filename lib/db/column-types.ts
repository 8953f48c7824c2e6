import pg from 'pg';

/**
 * How PostgreSQL's values arrive in JavaScript, the same on the server and on the embedded database:
 * BIGINT as number (every BIGINT of ours is below 2^53: milliseconds, revisions, counts), DATE as `YYYY-MM-DD`
 * (a Date object would drag the machine's time zone in), TIMESTAMPTZ as Date.
 */
export function columnTypes(): pg.CustomTypesConfig {
  const types = new pg.TypeOverrides();
  const { INT8, DATE } = pg.types.builtins;
  const INT8_ARRAY = 1016;
  types.setTypeParser(INT8, Number);
  types.setTypeParser(DATE, (text) => text);
  types.setTypeParser(INT8_ARRAY, (text) => JSON.parse(`[${text.slice(1, -1)}]`) as number[]);
  return types;
}
