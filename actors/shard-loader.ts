import { Shard } from './shard.ts';
import type { SnapshotFormat } from './snapshot-format.ts';
import type { Acquired } from '../lib/ports/checkpoint-store.ts';
import type { UuidKey } from '../lib/uuid.ts';

export interface LoaderOptions {
  /** Within which each user is looked at once, ms. */
  readonly flushIntervalMs: number;
  /** 0 <= random() < 1, for jitter. */
  readonly random: () => number;
}

/** Makes shards of their checkpoints. */
export class ShardLoader {
  readonly #options: LoaderOptions;
  readonly #format: SnapshotFormat;
  readonly #games = new Map<UuidKey, UuidKey>();

  constructor(options: LoaderOptions, format: SnapshotFormat) {
    this.#options = options;
    this.#format = format;
  }

  /** The one copy of a game's id that all its sessions share; each would else carry 32 bytes of its own. */
  readonly shareGame = (game: UuidKey): UuidKey => {
    const known = this.#games.get(game);
    if (known !== undefined) return known;
    this.#games.set(game, game);
    return game;
  };

  /** @throws UnreadableSnapshot */
  load(id: number, { epoch, records }: Acquired, now: number): Shard {
    const { flushIntervalMs, random } = this.#options;
    const shard = new Shard(id, epoch, now, flushIntervalMs, this.#format);
    for (const { user, snapshot } of records) {
      const { state, version } = this.#format.decode(snapshot, this.shareGame);
      shard.load(user, state, version, now + flushIntervalMs * random());
    }
    return shard;
  }
}
