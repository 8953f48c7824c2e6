import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Launcher, LoadOrder, LoadReport } from './load.ts';
import { SAMPLE_GAME_IDS } from '../../lib/library/sample-catalog.ts';
import { LibraryClient } from '../../scripts/client/library-client.ts';
import { demoToken } from '../../scripts/demo-token.ts';

/** The next message of a process that was forked. Rejects when it ends instead. */
export function message<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    child.once('message', (value) => resolve(value as Message));
    child.once('exit', (code) => reject(new Error(`a bench process ended with ${code}`)));
  });
}

/** Runs the load generator once, in a process of its own. */
export async function runLoad(order: LoadOrder): Promise<LoadReport> {
  const child = fork(path.join(import.meta.dirname, 'load.ts'));
  child.send(order);
  const report = await message<LoadReport>(child);
  // Every round goes on with the numbers of the last one, however far the load generator came.
  for (const launcher of order.launchers as Launcher[]) launcher.seq += 1_000_000;
  return report;
}

/** Players with a live session each, of a game that is granted to them. */
export async function startLaunchers(users: number, gateway: () => string): Promise<Launcher[]> {
  const admin = new LibraryClient(gateway, await demoToken(randomUUID(), ['admin']));
  const game_id = SAMPLE_GAME_IDS[0] ?? '';
  const launchers: Launcher[] = [];
  const ids = Array.from({ length: users }, () => randomUUID()).values();
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (const id of ids) {
        await admin.grant(id, { game_id, source: 'gift' });
        const token = await demoToken(id);
        const { session_id } = await new LibraryClient(gateway, token).start({ game_id, device_id: randomUUID() });
        launchers.push({ token, sessionId: session_id, seq: 0 });
      }
    }),
  );
  return launchers;
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
