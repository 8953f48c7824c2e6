/** What leaves an engine node beside answers: news for the users' sockets, and what actors owe each other about copies. */
import type { Audience } from './audience.ts';
import { runErrand } from './errand-runner.ts';
import type { Errand } from './errands.ts';
import type { HostPorts } from './host-ports.ts';
import type { Command } from './messages.ts';
import type { Shard } from './shard.ts';
import type { News } from '../lib/ports/news.ts';
import type { UuidKey } from '../lib/uuid.ts';

export class Correspondence {
  readonly #ports: Pick<HostPorts, 'clock' | 'push' | 'copies' | 'events'>;

  constructor(ports: Pick<HostPorts, 'clock' | 'push' | 'copies' | 'events'>) {
    this.#ports = ports;
  }

  /** A command about the audience is through: only the fence tells that this memory is the truth, and no other node's. */
  attended({ audience }: Shard, user: UuidKey, command: Command): void {
    const now = this.#ports.clock.now();
    if (command.kind === 'attend') audience.attend(user, command.gateway, now + command.leaseMs);
    if (command.kind === 'leave') audience.leave(user, command.gateway);
    if (command.kind === 'tell') this.#tell(audience, user, command.news);
  }

  /** Has the errands run once what they follow from is committed: S4. */
  oblige(shard: Shard, user: UuidKey, errands: readonly Errand[]): void {
    for (const errand of errands) shard.afterCommit(() => this.#send(shard, user, errand));
  }

  #tell(audience: Audience, user: UuidKey, news: readonly News[]): void {
    for (const gateway of audience.gatewaysOf(user, this.#ports.clock.now())) this.#ports.push(gateway, user, news);
  }

  #send({ audience }: Shard, user: UuidKey, errand: Errand): void {
    if (errand.to === null) return this.#tell(audience, user, [errand.news]);
    const { copies, events } = this.#ports;
    runErrand(copies, user, errand).catch((error: unknown) => events.errandFailed(error));
  }
}
