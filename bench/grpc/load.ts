import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { build, type Histogram } from 'hdr-histogram-js';
import type { GameAccess__Output as GameAccess } from '../../lib/grpc/generated/library/v1/GameAccess.ts';
import { libraryProto } from '../../lib/grpc/protos.ts';

export interface LoadOrder {
  readonly port: number;
  readonly token: string;
  readonly channels: number;
  /** Calls under way at once, over all channels. */
  readonly calls: number;
  readonly userIds: readonly string[];
  readonly gameIds: readonly string[];
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

export interface LoadReport {
  readonly perSecond: number;
  /** Microseconds. */
  readonly latency: Histogram;
  readonly failures: number;
  readonly owned: number;
}

/** Calls CheckGameAccess, each caller its next when the last was answered. */
export async function load(order: LoadOrder): Promise<LoadReport> {
  const { port, token, channels, calls, userIds, gameIds, warmUpMs, measuredMs } = order;
  const { LibraryQueryService } = libraryProto().library.v1;
  // Channels with the same options would share one connection.
  const clients = Array.from(
    { length: channels },
    () =>
      new LibraryQueryService(`127.0.0.1:${port}`, credentials.createInsecure(), {
        'grpc.use_local_subchannel_pool': 1,
      }),
  );
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const latency = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });
  const measureFrom = performance.now() + warmUpMs;
  const until = measureFrom + measuredMs;
  let [failures, owned] = [0, 0];

  async function caller(number: number): Promise<void> {
    const client = clients[number % clients.length];
    for (let n = number; ; n += 1) {
      const message = { user_id: userIds[n % userIds.length] ?? '', game_id: gameIds[(n * 7) % gameIds.length] ?? '' };
      const began = performance.now();
      if (began >= until || client === undefined) return;
      const { error, reply } = await new Promise<{ error: ServiceError | null; reply: GameAccess | undefined }>(
        (resolve) =>
          void client.checkGameAccess(message, metadata, (failure, answer) =>
            resolve({ error: failure, reply: answer }),
          ),
      );
      const ended = performance.now();
      if (error !== null) failures += 1;
      else if (began >= measureFrom && ended < until)
        latency.recordValue(Math.max(1, Math.round((ended - began) * 1000)));
      if (reply?.access === 'ACCESS_OWNED') owned += 1;
    }
  }
  await Promise.all(Array.from({ length: calls }, (_, number) => caller(number)));
  for (const client of clients) client.close();
  return { perSecond: latency.totalCount / (measuredMs / 1000), latency, failures, owned };
}
