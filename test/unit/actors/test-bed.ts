import type { Answer } from '../../../actors/envelope.ts';
import type { HostOptions } from '../../../actors/host-options.ts';
import type { HostPorts } from '../../../actors/host-ports.ts';
import type { Command, Reply } from '../../../actors/messages.ts';
import { shardOf } from '../../../actors/placement.ts';
import { ShardHost } from '../../../actors/shard-host.ts';
import { snapshotCodec } from '../../../actors/snapshot.ts';
import type { ShardCommit } from '../../../lib/ports/checkpoint-store.ts';
import type { News } from '../../../lib/ports/news.ts';
import type { UuidKey } from '../../../lib/uuid.ts';
import { SeededRandom } from '../../simulation/seeded-random.ts';
import { SimulatedDatabase } from '../../simulation/simulated-database.ts';
import { SimulatedProcess } from '../../simulation/simulated-process.ts';
import { SimulatedStore } from '../../simulation/simulated-store.ts';
import { UnreliableWire } from '../../simulation/unreliable-wire.ts';
import { VirtualTime } from '../../simulation/virtual-time.ts';
import { key, RULES } from './play.ts';

export interface TestNode {
  readonly host: ShardHost;
  readonly process: SimulatedProcess;
  /** What the host told of itself: `acquired 0`, `fenced 0 by b`, ... */
  readonly events: string[];
  /** Sends one command; the answer once it is there. */
  readonly ask: (user: UuidKey, command: Command, given?: Asked) => { answer: Answer | null };
}

interface Asked {
  readonly withinMs?: number;
  readonly suspects?: readonly string[];
}

/** Engine nodes on a virtual clock, over one store and one database whose wires the test can cut. */
export class TestBed {
  readonly time = new VirtualTime(1_728_000_000_000);
  readonly random = new SeededRandom(1);
  readonly storeWire = new UnreliableWire('store', this.time, this.random, 1_000);
  readonly databaseWire = new UnreliableWire('database', this.time, this.random, 1_000);
  readonly database = new SimulatedDatabase(this.databaseWire);
  readonly commits: ShardCommit[] = [];
  readonly store = new SimulatedStore(this.time, this.storeWire, {
    acquired: () => undefined,
    applied: (commit) => void this.commits.push(commit),
  });
  /** What actors asked each other. */
  readonly errands: { readonly user: UuidKey; readonly command: Command }[] = [];
  errandsLost = false;
  /** What sockets of users were told. */
  readonly pushed: News[] = [];
  readonly #hosts = new Map<string, ShardHost>();

  node(
    name: string,
    given: Partial<HostOptions> = {},
    codec = snapshotCodec,
    ports: Pick<HostPorts, 'tracing'> = {},
  ): TestNode {
    const process = new SimulatedProcess(name, this.time, 0);
    const events: string[] = [];
    const random = (): number => 0.5;
    const options: HostOptions = {
      node: name,
      shards: 1,
      rules: RULES,
      flushIntervalMs: 120_000,
      flush: { batch: 100, gatherMs: 200, maxBackoffMs: 5_000, random },
      mailboxPerUser: 4,
      mailboxPerShard: 6,
      parallelAcquires: 2,
      acquireRetryMs: 1_000,
      eagerDelayMs: 2_000,
      fenceCooldownMs: 3_000,
      guestMs: 20_000,
      sealMs: 2_000,
      commitRetryMs: 100,
      snapshotHoldMs: 30_000,
      random,
      ...given,
    };
    const host = new ShardHost(
      options,
      {
        store: this.store.client(process),
        sink: this.database.client(process),
        clock: process.clock,
        copies: { ask: (user, command) => this.#askAnywhere(user, command) },
        push: (gateway, user, news) => {
          events.push(`pushed ${news.length} of ${user} to ${gateway}`);
          this.pushed.push(...news);
        },
        offer: (node, shards) => {
          events.push(`offered ${shards.join()} to ${node}`);
          this.#hosts.get(node)?.acceptOffer(shards);
        },
        ...ports,
        standIn: (node, shards) => this.#hosts.get(node)?.standIn(shards),
        events: {
          acquired: (shard) => void events.push(`acquired ${shard.id}`),
          acquireFailed: (shard) => void events.push(`failed to acquire ${shard}`),
          releaseFailed: (shard) => void events.push(`failed to release ${shard}`),
          unreadable: (shard, _error, standIn) =>
            void events.push(`cannot read ${shard}, ${standIn ?? 'nobody'} stands in`),
          fenced: (shard, owner) => void events.push(`fenced ${shard.id} by ${owner ?? 'nobody'}`),
          committed: () => undefined,
          commitFailed: () => void events.push('commit failed'),
          errandFailed: () => void events.push('errand failed'),
          flushed: (rows) => void events.push(`flushed ${rows}`),
          flushFailed: () => void events.push('flush failed'),
        },
      },
      codec,
    );
    this.#hosts.set(name, host);
    host.start();
    const ask: TestNode['ask'] = (user, command, { withinMs = 5_000, suspects = [] } = {}) => {
      const question: { answer: Answer | null } = { answer: null };
      const envelope = { user, command, deadline: this.time.now + withinMs };
      process.run(() => {
        void host.deliver([envelope], suspects).then(([answer]) => (question.answer = answer ?? null));
      });
      return question;
    };
    return { host, process, events, ask };
  }

  /** What an actor asks another one through its node's region: here, whichever node serves the shard answers. */
  async #askAnywhere(user: UuidKey, command: Command): Promise<Reply> {
    this.errands.push({ user, command });
    if (this.errandsLost) throw new Error('nobody answers');
    for (const host of this.#hosts.values()) {
      const [answer] = await host.deliver([{ user, command, deadline: this.time.now + 4_000 }]);
      if (answer?.kind === 'reply') return answer.reply;
    }
    throw new Error('nobody answers');
  }

  /** Lets time pass until this is done. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    await this.time.advance(1_000);
    return work;
  }

  /** A node that serves every shard. */
  async serving(
    name: string,
    given: Partial<HostOptions> = {},
    ports: Pick<HostPorts, 'tracing'> = {},
  ): Promise<TestNode> {
    const node = this.node(name, given, snapshotCodec, ports);
    node.host.setMembers([name]);
    await this.time.advance(100);
    return node;
  }
}

/** A user of this shard. */
export function userIn(shard: number, shards: number): UuidKey {
  for (let n = 0; ; n += 1) if (shardOf(key(`user ${n}`), shards) === shard) return key(`user ${n}`);
}

export function startOf(session: string, given: { game?: string; device?: string } = {}): Command {
  return {
    kind: 'start',
    sessionId: key(session),
    gameId: key(given.game ?? 'game'),
    deviceId: key(given.device ?? 'device'),
    clientSessionId: null,
    totalMs: 0,
    counted: [],
  };
}

export function beatOf(session: string, seq: number): Command {
  return { kind: 'heartbeat', sessionId: key(session), seq, activeMs: null };
}

export function endOf(session: string, seq: number): Command {
  return { kind: 'end', sessionId: key(session), seq, activeMs: null };
}
