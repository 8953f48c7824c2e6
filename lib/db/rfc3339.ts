/** A moment as events and answers show it: RFC 3339 in UTC with milliseconds. In SQL, of a timestamptz expression. */
export const rfc3339Sql = (moment: string): string =>
  `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
