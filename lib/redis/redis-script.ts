import { createHash } from 'node:crypto';
import { Command, type Cluster, type Redis } from 'ioredis';

export interface RedisScript {
  readonly lua: string;
  readonly sha: string;
}

export function redisScript(lua: string): RedisScript {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/**
 * Runs a Lua script, by its name, and with its text when the server does not know it (a restart, a failover).
 *
 * @param keys in a cluster all of one slot
 * @param encoding of the strings in the reply; null leaves them as Buffers
 */
export async function runScript(
  client: Redis | Cluster,
  script: RedisScript,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
  encoding: BufferEncoding | null,
): Promise<unknown> {
  const rest = [keys.length, ...keys, ...args];
  const options = { replyEncoding: encoding };
  try {
    return await client.sendCommand(new Command('evalsha', [script.sha, ...rest], options));
  } catch (error) {
    // The server refused to begin, so running it again does nothing twice.
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return await client.sendCommand(new Command('eval', [script.lua, ...rest], options));
  }
}
