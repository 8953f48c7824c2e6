import { sql, type Kysely } from 'kysely';
import type { Redis } from 'ioredis';
import type { Schema } from '../lib/db/schema.ts';

/**
 * Every table in which something is left of the user: the id as text in any column, also inside JSON, or its bytes.
 * Looks at each row of each table there is.
 */
export async function tracesInDatabase(db: Kysely<Schema>, userId: string): Promise<readonly string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`.execute(db);
  const found: string[] = [];
  const bytes = userId.replaceAll('-', '');
  for (const { name } of tables) {
    const { rows } = await sql<{ n: number }>`
      SELECT count(*)::integer AS n FROM ${sql.table(name)} AS t
      WHERE t::text ILIKE ${`%${userId}%`} OR t::text ILIKE ${`%${bytes}%`}`.execute(db);
    if ((rows[0]?.n ?? 0) > 0) found.push(`${name}: ${rows[0]?.n}`);
  }
  return found;
}

/** Every key of Redis in which something is left of the user: the id as text or as its 16 bytes, in name or value. */
export async function tracesInRedis(redis: Redis, userId: string): Promise<readonly string[]> {
  const bytes = Buffer.from(userId.replaceAll('-', ''), 'hex');
  const isTrace = (value: Buffer): boolean => value.includes(bytes) || value.includes(userId);
  const found: string[] = [];
  for await (const batch of redis.scanBufferStream({ count: 1000 }) as AsyncIterable<Buffer[]>) {
    for (const key of batch) {
      if (isTrace(key) || (await valuesOf(redis, key)).some(isTrace)) found.push(key.toString('latin1'));
    }
  }
  return found;
}

async function valuesOf(redis: Redis, key: Buffer): Promise<readonly Buffer[]> {
  switch (await redis.type(key)) {
    case 'hash':
      return (await redis.callBuffer('HGETALL', key)) as Buffer[];
    case 'string':
      return [(await redis.getBuffer(key)) ?? Buffer.alloc(0)];
    case 'set':
      return redis.smembersBuffer(key);
    case 'list':
      return redis.lrangeBuffer(key, 0, -1);
    case 'zset':
      return redis.zrangeBuffer(key, 0, -1);
    // Redis is shared by the files of a run: a key of another one can go between being listed and being read.
    case 'none':
      return [];
    default:
      throw new Error(`a key of a kind that nobody looks into: ${key.toString('latin1')}`);
  }
}
