/** The outbox while the bridge is killed in the middle of batches, and while Kafka is away. */
import { setTimeout as pause } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { memoryOf, type BridgeRig } from './bridge-rig.ts';
import { backlogOf, until } from './progress.ts';
import { verifyOutbox, OUTBOX_TOPIC, type OutboxViolation } from './verify-outbox.ts';
import { emit, type NewEvent } from '../../../lib/events/emit.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';

export interface OutboxOptions {
  readonly seed: number;
  /** How often the bridge is killed while Kafka is there. */
  readonly kills: number;
  /** How long Kafka is away: half of it frozen, half of it killed. The bridge is killed once more meanwhile. */
  readonly outageSeconds: number;
  /** Events a second, about. */
  readonly rate: number;
  /** Told what happens, as it does. */
  readonly note?: (what: string) => void;
}

export interface OutboxReport {
  readonly violations: readonly OutboxViolation[];
  readonly emitted: number;
  /** Messages on the topic: repetitions after a kill among them. */
  readonly arrived: number;
  /** The most that waited at once. */
  readonly backlogPeak: number;
  /** From Kafka's return to an empty outbox. */
  readonly catchUpMs: number;
  /** How many waited when Kafka was back. */
  readonly backlogAtReturn: number;
  /** The bridge's resident memory at most, MiB: until Kafka went away, while it was, and from its return on. */
  readonly memory: { readonly before: number; readonly away: number; readonly back: number };
}

const USERS = 200;
const WRITERS = 4;
const BURST = 20;
const SAMPLE_MS = 250;
/** Enough for some thousand events to wait. */
const GATHER_MS = 1_500;
/** More than the bridge's heap grows by just because it may. */
const MEMORY_MARGIN_MIB = 300;

export async function runOutbox(rig: BridgeRig, options: OutboxOptions): Promise<OutboxReport> {
  const { note = () => undefined } = options;
  const random = new SeededRandom(options.seed);
  const writing = new Writing(rig, options.rate, random);
  const watching = new Watching(rig);
  await killInTheMiddle(rig, options.kills, note);
  await pause(GATHER_MS);
  watching.phase = 'away';
  await outage(rig, options, note);
  watching.phase = 'back';
  const emitted = await writing.stop();
  const back = Date.now();
  const backlogAtReturn = await backlogOf(rig.database);
  note(`Kafka is back, ${backlogAtReturn} events wait`);
  await until(
    async () => (await backlogOf(rig.database)) === 0,
    () => backlogOf(rig.database),
  );
  const catchUpMs = Date.now() - back;
  const { backlogPeak, memory } = await watching.stop();
  const messages = await rig.bus.peek(OUTBOX_TOPIC, Number.MAX_SAFE_INTEGER);
  const violations = verifyOutbox(emitted, messages);
  if (Math.max(memory.away, memory.back) > memory.before + MEMORY_MARGIN_MIB) {
    violations.push({ invariant: 'memory is bounded', what: JSON.stringify(memory) });
  }
  return {
    violations,
    emitted: [...emitted.values()].reduce((sum, n) => sum + n, 0),
    arrived: messages.length,
    backlogPeak,
    catchUpMs,
    backlogAtReturn,
    memory,
  };
}

/** Each time events come together first; the bridge dies as soon as it is seen to carry them on. */
async function killInTheMiddle({ database, bridge }: BridgeRig, kills: number, note: (what: string) => void) {
  for (let n = 0; n < kills; n += 1) {
    await bridge.kill();
    await pause(GATHER_MS);
    // It carries on before it says that it serves, and is killed before that, too.
    const starting = bridge.start().catch(() => undefined);
    let most = 0;
    let waiting = 0;
    await until(
      async () => {
        waiting = await backlogOf(database);
        most = Math.max(most, waiting);
        return waiting < most;
      },
      async () => waiting,
      1,
    );
    await bridge.kill();
    await starting;
    note(`the bridge was killed when it had carried ${most - waiting} of ${most} events`);
  }
  await bridge.start();
}

async function outage({ kafka, bridge }: BridgeRig, { outageSeconds }: OutboxOptions, note: (what: string) => void) {
  const quarter = outageSeconds * 250;
  await kafka.process.kill('SIGSTOP');
  note('Kafka is frozen');
  await pause(quarter);
  await bridge.kill();
  await bridge.start();
  note('the bridge was killed and started while Kafka is frozen');
  await pause(quarter);
  await kafka.process.kill('SIGCONT');
  await kafka.process.kill('SIGKILL');
  note('Kafka is killed');
  await pause(2 * quarter);
  await kafka.process.start();
}

/** Changes that tell events, from several connections at once; each user's by one of them, numbered. */
class Writing {
  readonly #rig: BridgeRig;
  readonly #emitted = new Map<string, number>();
  readonly #writers: Promise<void>[];
  #stopped = false;

  constructor(rig: BridgeRig, rate: number, random: SeededRandom) {
    this.#rig = rig;
    const burstsPerSecond = rate / ((BURST + 1) / 2) / WRITERS;
    this.#writers = Array.from({ length: WRITERS }, async () => {
      const users = Array.from({ length: USERS / WRITERS }, () => uuidv7());
      while (!this.#stopped) {
        const next = Date.now() + 1_000 / burstsPerSecond;
        await this.#tell(random.pick(users), random.between(1, BURST));
        await pause(Math.max(0, next - Date.now()));
      }
    });
  }

  /** Returns how many events of each user there are. */
  async stop(): Promise<ReadonlyMap<string, number>> {
    this.#stopped = true;
    await Promise.all(this.#writers);
    return this.#emitted;
  }

  async #tell(user_id: string, count: number): Promise<void> {
    const before = this.#emitted.get(user_id) ?? 0;
    const events = Array.from({ length: count }, (_, n): NewEvent => {
      const data = { user_id, game_id: user_id, added_ms: 1_000, total_seconds: before + n + 1 };
      return { type: 'library.playtime.updated', data };
    });
    await this.#rig.database.db.transaction().execute((transaction) => emit(transaction, Date.now(), events));
    this.#emitted.set(user_id, before + count);
  }
}

/** Samples the backlog and the bridge's memory. */
class Watching {
  phase: 'before' | 'away' | 'back' = 'before';
  readonly #watched: Promise<void>;
  #stopped = false;
  #backlogPeak = 0;
  readonly #memory = { before: 0, away: 0, back: 0 };

  constructor({ database, bridge }: BridgeRig) {
    this.#watched = (async () => {
      while (!this.#stopped) {
        this.#backlogPeak = Math.max(this.#backlogPeak, await backlogOf(database));
        this.#memory[this.phase] = Math.max(this.#memory[this.phase], memoryOf(bridge));
        await pause(SAMPLE_MS);
      }
    })();
  }

  async stop() {
    this.#stopped = true;
    await this.#watched;
    return { backlogPeak: this.#backlogPeak, memory: this.#memory };
  }
}
