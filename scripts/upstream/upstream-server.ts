/** Account and Catalog as small servers of one process: for trying the product, and for tests of it. */
import { Server, ServerCredentials, status as Status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import type { AccountServiceHandlers } from '../../lib/grpc/generated/account/v1/AccountService.ts';
import type { User } from '../../lib/grpc/generated/account/v1/User.ts';
import type { CatalogServiceHandlers } from '../../lib/grpc/generated/catalog/v1/CatalogService.ts';
import type { Game } from '../../lib/grpc/generated/catalog/v1/Game.ts';
import { accountProto, catalogProto } from '../../lib/grpc/protos.ts';

export interface UpstreamServer {
  /** host:port */
  readonly address: string;
  close(): void;
}

export interface Answers {
  /** Null: there is no such account. */
  readonly accountOf: (userId: string) => User | null;
  /** Null: there is no such game. */
  readonly gameOf: (gameId: string) => Game | null;
  /** Stands before every call, by name; one that rejects with a status code fails the call with it. */
  readonly before?: (method: string) => Promise<void>;
}

/** Listens on the loopback. @param port 0: any free one */
export async function startUpstreamServer(
  answers: Answers,
  port = 0,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<UpstreamServer> {
  const server = new Server();
  server.addService(accountProto().account.v1.AccountService.service, accountHandlers(answers));
  server.addService(catalogProto().catalog.v1.CatalogService.service, catalogHandlers(answers));
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, listening) =>
      error === null ? resolve(listening) : reject(error),
    );
  });
  return { address: `127.0.0.1:${bound}`, close: () => server.forceShutdown() };
}

function accountHandlers({ accountOf, before }: Answers): AccountServiceHandlers {
  return {
    GetUser: unary('GetUser', before, ({ user_id }) => accountOf(user_id)),
    BatchGetUsers: unary('BatchGetUsers', before, ({ user_ids }) => ({ users: present(user_ids, accountOf) })),
  };
}

function catalogHandlers({ gameOf, before }: Answers): CatalogServiceHandlers {
  return {
    GetGame: unary('GetGame', before, ({ game_id }) => gameOf(game_id)),
    BatchGetGames: unary('BatchGetGames', before, ({ game_ids }) => ({ games: present(game_ids, gameOf) })),
  };
}

function present<Item>(ids: readonly string[], find: (id: string) => Item | null): Item[] {
  return ids.map(find).filter((item) => item !== null);
}

function unary<In, Out>(name: string, before: Answers['before'], answer: (message: In) => Out | null) {
  return (call: ServerUnaryCall<In, Out>, done: sendUnaryData<Out>): void => {
    Promise.resolve(before?.(name))
      .then(() => {
        const reply = answer(call.request);
        if (reply === null) done({ code: Status.NOT_FOUND, details: 'There is no such thing' });
        else done(null, reply);
      })
      .catch((error: unknown) => done({ code: (error as { code?: Status }).code ?? Status.INTERNAL }));
  };
}
