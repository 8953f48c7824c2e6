/** Which versions the checkpoints in Redis are written in, looked at all the time and from outside. */
import { Redis } from 'ioredis';
import { snapshotCodec } from '../../../actors/snapshot.ts';

const LOOK_MS = 200;
/** A user's record is a field named by the 16 bytes of the user's key. */
const USER_KEY_BYTES = 16;

export class CheckpointVersions {
  readonly #redis: Redis;
  readonly #timer: NodeJS.Timeout;
  #seen = new Set<number>();
  #looking: Promise<void> | null = null;

  constructor(address: string) {
    this.#redis = new Redis(address);
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => (this.#looking = null));
    }, LOOK_MS);
  }

  /** The versions seen since the last call. */
  take(): ReadonlySet<number> {
    const seen = this.#seen;
    this.#seen = new Set();
    return seen;
  }

  /** How many records there are now of each version. */
  async count(): Promise<ReadonlyMap<number, number>> {
    const counts = new Map<number, number>();
    for (const shard of await this.#redis.keys('library:*')) {
      if ((await this.#redis.type(shard)) !== 'hash') continue;
      // As a list: field, value, field, value ...
      const entries = (await this.#redis.callBuffer('HGETALL', shard)) as readonly Buffer[];
      for (let at = 0; at < entries.length; at += 2) {
        const [field, snapshot] = entries.slice(at, at + 2);
        if (field?.length !== USER_KEY_BYTES || snapshot === undefined) continue;
        const version = snapshotCodec.versionOf(snapshot);
        counts.set(version, (counts.get(version) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** Waits for the look that is under way: a connection must not be closed beneath it. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    this.#redis.disconnect();
  }

  async #look(): Promise<void> {
    for (const version of (await this.count()).keys()) this.#seen.add(version);
  }
}
