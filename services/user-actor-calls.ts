import type { Engine } from '../actors/engine.ts';
import type { Command, Reply } from '../actors/messages.ts';
import type { Lender, UserActor } from '../lib/playtime/user-actor.ts';
import { mustUuidKey } from '../lib/uuid.ts';

/**
 * The user's actor for the rules in `lib`: each question with the request's deadline, each answer of the kind that the
 * question has. Throws what the engine throws; {@link translateFailures} makes it an answer.
 */
export function userActor(engine: Engine, userId: string, deadline: number): UserActor {
  const ask = asking(engine, userId, deadline);
  return {
    start: (command) => ask({ kind: 'start', ...command }, 'session', 'refused'),
    held: async () => (await ask({ kind: 'held' }, 'held')).sessions,
    flush: async () => void (await ask({ kind: 'flush' }, 'done')),
    revoke: async (gameId) => void (await ask({ kind: 'revoke', gameId }, 'done')),
    erase: async () => void (await ask({ kind: 'erase' }, 'done')),
    rebase: async (gameId, stored) => void (await ask({ kind: 'rebase', gameId, ...stored }, 'done')),
  };
}

/** The actor of a user whose copy another wants to play. */
export function lender(engine: Engine, userId: string, deadline: number): Lender {
  const ask = asking(engine, userId, deadline);
  return { lend: (command) => ask({ kind: 'lend', ...command }, 'loan', 'copy_in_use', 'refused') };
}

function asking(engine: Engine, userId: string, deadline: number) {
  const user = mustUuidKey(userId);
  return async <Kind extends Reply['kind']>(command: Command, ...kinds: readonly Kind[]) => {
    const reply = await engine.ask(user, command, deadline);
    if ((kinds as readonly string[]).includes(reply.kind)) return reply as Extract<Reply, { kind: Kind }>;
    throw new TypeError(`the engine answered ${command.kind} with ${JSON.stringify(reply)}`);
  };
}
