import type { Command, Reply } from '../../actors/messages.ts';
import { EngineUnavailable } from '../../actors/engine.ts';
import { ShardHost } from '../../actors/shard-host.ts';
import { ShardRegion, type RegionOptions } from '../../actors/shard-region.ts';
import type { SnapshotCodec } from '../../actors/snapshot-format.ts';
import { snapshotCodec } from '../../actors/snapshot.ts';
import type { PlayRules } from '../../actors/user-actor.ts';
import type { VersionRange } from '../../actors/versions.ts';
import type { UuidKey } from '../../lib/uuid.ts';
import { Oracle } from './oracle.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedDatabase } from './simulated-database.ts';
import { SimulatedNetwork, type Endpoint } from './simulated-network.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { SimulatedStore } from './simulated-store.ts';
import { UnreliableWire } from './unreliable-wire.ts';
import { VirtualTime } from './virtual-time.ts';
import { nextSnapshots } from '../next-snapshots.ts';

const SHARDS = 8;
/** How far a machine's clock is off at most; badly in some histories. */
const SKEW_MS = 4;
const BAD_SKEW_MS = 150;
const ATTEMPT_MS = 1_200;
const ASK_MS = 4_000;

export const RULES: PlayRules = {
  maxGapMs: 9_000,
  sessionTimeoutMs: 14_000,
  maxLiveGames: 2,
  maxHeldSessions: 6,
  lingerMs: 6_000,
  graceMs: 8_000,
  copyMarginMs: 1_000,
};

interface EngineNode extends Endpoint {
  readonly name: string;
  readonly region: ShardRegion;
  readonly codec: SnapshotCodec;
  draining: boolean;
}

export interface Gateway {
  readonly process: SimulatedProcess;
  readonly region: ShardRegion;
}

/** The whole core in one process: engine nodes, gateways, a store and a database, and the network between them. */
export class Cluster {
  readonly random: SeededRandom;
  readonly #skewMs: number;
  readonly time: VirtualTime;
  readonly oracle: Oracle;
  readonly database: SimulatedDatabase;
  readonly store: SimulatedStore;
  readonly storeWire: UnreliableWire;
  readonly databaseWire: UnreliableWire;
  readonly network: SimulatedNetwork;
  readonly nodes = new Map<string, EngineNode>();
  readonly gateways: Gateway[] = [];
  /** The engine nodes that the registry holds for alive. */
  readonly members = new Set<string>();
  /** Which release a node is of when it starts: in half of the histories all are of one, in the others this draws. */
  readonly #releases: SeededRandom;
  readonly #upgrades: boolean;

  constructor(seed: number, log: (line: () => string) => void) {
    this.random = new SeededRandom(seed);
    this.#releases = new SeededRandom(seed + 0x5eed);
    this.#upgrades = this.#releases.chance(0.5);
    this.#skewMs = this.random.chance(0.2) ? BAD_SKEW_MS : SKEW_MS;
    // Now and then midnight falls into the history.
    const midnight = 20_000 * 86_400_000;
    this.time = new VirtualTime(midnight - this.random.between(0, 120_000));
    this.storeWire = new UnreliableWire('store', this.time, this.random, 1_000);
    this.databaseWire = new UnreliableWire('database', this.time, this.random, 2_000);
    this.database = new SimulatedDatabase(this.databaseWire);
    const began = this.time.now;
    const graceMs = ATTEMPT_MS + 100 + 2 * this.#skewMs;
    this.oracle = new Oracle(this.time, this.database, RULES, 2 * this.#skewMs, graceMs, (line) =>
      log(() => `${((this.time.now - began) / 1000).toFixed(3).padStart(8)}  ${line()}`),
    );
    this.store = new SimulatedStore(this.time, this.storeWire, this.oracle);
    this.network = new SimulatedNetwork(this.time, this.random, this.nodes);
  }

  addGateway(): void {
    const process = this.#process(`gateway-${this.gateways.length}`);
    this.gateways.push({ process, region: this.#region(process) });
  }

  #region(process: SimulatedProcess): ShardRegion {
    const options: RegionOptions = {
      shards: SHARDS,
      window: this.random.between(1, 2),
      batch: this.random.between(1, 4),
      queuePerNode: 12,
      queuePerShard: 6,
      attemptMs: ATTEMPT_MS,
      strikes: 2,
      suspectMs: 3_000,
      loadingPollMs: 50,
      random: this.random.next,
    };
    return new ShardRegion(options, this.network.transport(process), process.clock, (callback) =>
      process.clock.after(0, callback),
    );
  }

  /** Whether nothing can go on: there are checkpoints of the newer release, perhaps, and nobody who reads them. */
  get lacksReader(): boolean {
    const nodes = [...this.nodes.values()];
    return this.#upgrades && !nodes.some(({ draining, codec }) => !draining && codec === nextSnapshots);
  }

  startNode(name: string, release: 'any' | 'next' = 'any'): void {
    const isNext = this.#upgrades && (release === 'next' || this.#releases.chance(0.5));
    const codec = isNext ? nextSnapshots : snapshotCodec;
    const process = this.#process(name);
    const random = this.random.next;
    const region = this.#region(process);
    const host = new ShardHost(
      {
        node: name,
        shards: SHARDS,
        rules: RULES,
        flushIntervalMs: 6_000,
        flush: { batch: 4, gatherMs: 100, maxBackoffMs: 1_500, random },
        mailboxPerUser: 6,
        mailboxPerShard: 12,
        parallelAcquires: 2,
        acquireRetryMs: 200,
        eagerDelayMs: 500,
        fenceCooldownMs: 1_000,
        guestMs: 4_000,
        sealMs: 1_000,
        commitRetryMs: 100,
        snapshotHoldMs: 3_000,
        random,
      },
      {
        store: this.store.client(process),
        sink: this.database.client(process),
        clock: process.clock,
        push: () => undefined,
        copies: { ask: (user, command) => region.ask(user, command, process.clock.now() + ASK_MS) },
        offer: (node, shards) => this.network.tell(name, node, (receiver) => receiver.acceptOffer(shards)),
        standIn: (node, shards) => this.network.tell(name, node, (receiver) => receiver.standIn(shards)),
        events: {
          unreadable: (shard, _error, standIn) =>
            this.oracle.log(() => `${name}: cannot read shard ${shard}, asks ${standIn ?? 'nobody'} to stand in`),
          fenced: (shard, owner) => this.oracle.log(() => `${name}: fenced off shard ${shard.id} by ${owner ?? '?'}`),
          committed: () => undefined,
          commitFailed: () => this.oracle.log(() => `${name}: a commit failed`),
          errandFailed: () => this.oracle.log(() => `${name}: an errand failed`),
          flushed: () => undefined,
          flushFailed: () => this.oracle.log(() => `${name}: a flush failed`),
          acquired: (shard) => this.oracle.log(() => `${name}: serves shard ${shard.id}`),
          acquireFailed: (shard) => this.oracle.log(() => `${name}: could not acquire shard ${shard}`),
          releaseFailed: () => undefined,
        },
      },
      codec,
    );
    this.nodes.set(name, { name, process, host, region, codec, draining: false });
    if (this.#upgrades) this.oracle.log(() => `${name}: starts, reads up to ${codec.reads.newest}`);
    process.run(() => host.start());
    this.join(name);
    this.tellMembers(name, this.members);
  }

  kill(node: EngineNode): void {
    this.oracle.log(() => `${node.name}: killed`);
    node.process.kill();
    if (this.nodes.get(node.name) === node) this.nodes.delete(node.name);
  }

  /** The node leaves in good order, and exits. */
  drain(node: EngineNode): void {
    if (!node.process.running || node.draining) return;
    this.oracle.log(() => `${node.name}: drains`);
    node.draining = true;
    this.leave(node.name);
    void node.host.drain([...this.members], this.#reads()).then(() => {
      this.oracle.log(() => `${node.name}: drained`);
      node.host.stop();
      this.kill(node);
    });
  }

  join(name: string): void {
    this.members.add(name);
    this.announce(2_000);
  }

  leave(name: string): void {
    this.members.delete(name);
    this.announce(2_000);
  }

  /** Everybody learns who is a member, each after a while of at most `lagMs`. */
  announce(lagMs: number): void {
    const learn = (name: string): void =>
      void this.time.after(this.random.between(0, lagMs), () => this.tellMembers(name, this.members));
    for (const name of this.nodes.keys()) learn(name);
    for (const { process } of this.gateways) learn(process.name);
  }

  /** What this process believes of the membership from now on. */
  tellMembers(name: string, members: ReadonlySet<string>): void {
    const node = this.nodes.get(name);
    const reads = this.#reads();
    node?.process.run(() => {
      node.region.setMembers([...members]);
      if (!node.draining) node.host.setMembers([...members], [...members], reads);
    });
    const gateway = this.gateways.find(({ process }) => process.name === name);
    gateway?.process.run(() => gateway.region.setMembers([...members]));
  }

  /** Asks through one of the gateways; every answer goes past the oracle. Null when the engine was unavailable. */
  async ask(user: UuidKey, command: Command): Promise<Reply | null> {
    const { process, region } = this.random.pick(this.gateways);
    const ticket = this.oracle.asked(user, command, this.time.now + ASK_MS);
    try {
      const reply = await region.ask(user, command, process.clock.now() + ASK_MS);
      this.oracle.log(() => `${user} ${tell(command)} -> ${tell(reply)}`);
      this.oracle.replied(ticket, reply);
      return reply;
    } catch (error) {
      if (!(error instanceof EngineUnavailable)) throw error;
      this.oracle.log(() => `${user} ${tell(command)} -> ${error.reason}`);
      this.oracle.failed(ticket);
      return null;
    }
  }

  /** What each node reads now; of one that is gone nobody knows. */
  #reads(): (name: string) => VersionRange | null {
    const reads = new Map([...this.nodes.values()].map(({ name, codec }) => [name, codec.reads]));
    return (name) => reads.get(name) ?? null;
  }

  #process(name: string): SimulatedProcess {
    return new SimulatedProcess(name, this.time, this.random.between(-this.#skewMs, this.#skewMs));
  }
}

function tell(message: Command | Reply): string {
  return JSON.stringify(message, (member, value: unknown) => (member === 'counted' ? undefined : value));
}
