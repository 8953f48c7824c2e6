import type { BorrowedCopy, Command, Reply, SessionReply } from '../../actors/messages.ts';
import { EngineUnavailable } from '../../actors/engine.ts';
import { borrowCopy } from '../../lib/playtime/borrow-copy.ts';
import type { Lender } from '../../lib/playtime/user-actor.ts';
import type { UuidKey } from '../../lib/uuid.ts';
import type { Cluster } from './cluster.ts';

const BEAT_MS = 5_000;
/** A few times what a healthy cluster takes to renew it. */
const FIRST_PROMISE_MS = 5_000;

/** A key that can be read in a trace. */
export const keyOf = (name: string): UuidKey => name.padStart(16, '.').slice(-16) as UuidKey;

/** Who lends which game: game, then owners in the order they are asked. None: the user's own. */
export type Lenders = ReadonlyMap<UuidKey, readonly UuidKey[]>;

/** A launcher on one device of one user: plays, and behaves as launchers do: repeats, hurries, delays, vanishes. */
export class Launcher {
  readonly #cluster: Cluster;
  readonly #user: UuidKey;
  readonly #device: UuidKey;
  readonly #games: readonly UuidKey[];
  readonly #lenders: Lenders;
  #sessions = 0;
  #stopped = false;

  constructor(cluster: Cluster, user: UuidKey, device: string, games: readonly UuidKey[], lenders: Lenders) {
    this.#cluster = cluster;
    this.#user = user;
    this.#device = keyOf(device);
    this.#games = games;
    this.#lenders = lenders;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    const { random, time } = this.#cluster;
    while (!this.#stopped) {
      await time.sleep(random.between(0, 6_000));
      if (random.chance(0.15)) await this.#ask(this.#aside());
      else await this.#play(random.pick(this.#games));
    }
  }

  /** What other parts of the product ask of the actor now and then. */
  #aside(): Command {
    const { random } = this.#cluster;
    const kind = random.pick(['held', 'held', 'flush', 'revoke'] as const);
    return kind === 'revoke' ? { kind, gameId: random.pick(this.#games) } : { kind };
  }

  #ask(command: Command): Promise<Reply | null> {
    return this.#cluster.ask(this.#user, command);
  }

  /** As `startSession` does, with the service's own way to look for a copy. */
  async #borrow(game: UuidKey, sessionId: UuidKey): Promise<BorrowedCopy | null | 'refused'> {
    const lenders = this.#lenders.get(game) ?? [];
    if (lenders.length === 0) return null;
    const answered = async <Kind extends Reply['kind']>(user: UuidKey, command: Command, ...kinds: Kind[]) => {
      const reply = await this.#cluster.ask(user, command);
      if (reply && (kinds as Reply['kind'][]).includes(reply.kind)) return reply as Extract<Reply, { kind: Kind }>;
      throw new EngineUnavailable('asked for a copy', 0);
    };
    const held = async () => (await answered(this.#user, { kind: 'held' }, 'held')).sessions;
    const lender = (owner: UuidKey): Lender => ({
      lend: (command) => answered(owner, { kind: 'lend', ...command }, 'loan', 'copy_in_use', 'refused'),
    });
    const until = this.#cluster.time.now + FIRST_PROMISE_MS;
    try {
      const found = await borrowCopy(
        { actor: { held }, borrower: this.#user, lenders, lender, until },
        game,
        sessionId,
      );
      return 'kind' in found ? 'refused' : found;
    } catch (error) {
      if (error instanceof EngineUnavailable) return 'refused';
      throw error;
    }
  }

  /** Asks until there is an answer, or patience ends. */
  async #insist(next: () => Command | Promise<Command | null>): Promise<Reply | null> {
    const { random, time } = this.#cluster;
    for (let patience = random.between(1, 5); patience > 0 && !this.#stopped; patience -= 1) {
      const command = await next();
      if (command === null) return null;
      const twice = random.chance(0.08) ? this.#ask(command) : null;
      const reply = await this.#ask(command);
      await twice;
      if (reply) return reply;
      await time.sleep(random.between(100, 2_000));
    }
    return null;
  }

  async #start(game: UuidKey): Promise<SessionReply | null> {
    const { random, database } = this.#cluster;
    const clientSessionId = random.chance(0.5) ? `run ${this.#sessions}` : null;
    const reply = await this.#insist(async () => {
      this.#sessions += 1; // the gateway gives every request an id, and looks at the database anew
      const sessionId = keyOf(`${this.#user.slice(-2)}${this.#device.slice(-2)}s${this.#sessions}`);
      const borrow = await this.#borrow(game, sessionId);
      if (borrow === 'refused') return null;
      const known = database.totalOf(this.#user, game);
      return {
        kind: 'start',
        ...(borrow && { borrow }),
        sessionId,
        gameId: game,
        deviceId: this.#device,
        clientSessionId,
        ...known,
      };
    });
    return reply?.kind === 'session' ? reply : null;
  }

  async #play(game: UuidKey): Promise<void> {
    const { random, time } = this.#cluster;
    const started = await this.#start(game);
    if (!started || started.session.ended) return;
    const { sessionId } = started.session;
    let { seq } = started.session;
    const began = time.now;
    const counts = random.chance(0.5);
    const active = (): number | null => (counts ? Math.floor((time.now - began) * 0.9) : null);

    for (let beats = random.between(0, 12); beats > 0 && !this.#stopped; beats -= 1) {
      await time.sleep(random.chance(0.05) ? random.between(6_000, 18_000) : BEAT_MS + random.between(-500, 500));
      seq += 1;
      const beat: Command = { kind: 'heartbeat', sessionId, seq, activeMs: active() };
      // In a hurry: the next one overtakes this one, or leaves before it is answered.
      const hurried = random.chance(0.1) ? this.#ask({ ...beat, seq: (seq += 1) }) : null;
      const replies = [await this.#insist(() => beat), await hurried];
      if (replies.some((reply) => reply?.kind === 'refused' || (reply?.kind === 'session' && reply.session.ended)))
        return;
    }
    if (random.chance(0.7)) await this.#insist(() => ({ kind: 'end', sessionId, seq: seq + 1, activeMs: active() }));
  }
}
