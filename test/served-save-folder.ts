import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configFrom } from '../lib/config/load.ts';
import { createFront } from '../lib/http/front.ts';
import { createReply } from '../lib/http/reply.ts';
import { createServer, type HttpServer } from '../lib/http/server.ts';
import { systemClock, type Clock } from '../lib/ports/clock.ts';
import { machineDisk, type Disk } from '../lib/save-folder/disk.ts';
import { openFolderSaveStore, type FolderSaveStore } from '../lib/save-folder/folder-save-store.ts';
import { SAVE_FILES_PATH } from '../lib/save-folder/signed-urls.ts';
import type { HttpMetrics } from '../lib/telemetry/http-metrics.ts';

export interface ServedFolder {
  readonly store: FolderSaveStore;
  readonly directory: string;
  readonly origin: string;
  readonly server: HttpServer;
  /** Names of what is being received. */
  readonly incoming: () => Promise<readonly string[]>;
  /** Operation and status of every answer. */
  readonly answered: { readonly operation: string; readonly status: number }[];
  /** What the server has written to its log. */
  readonly logged: string[];
  readonly dispose: () => Promise<void>;
}

export interface ServedFolderSettings {
  /** Of the store and its handlers; the server itself goes by the machine's. */
  readonly clock?: Clock;
  readonly disk?: Disk;
  /** Settings of the server, by the names of their variables. */
  readonly env?: Readonly<Record<string, string>>;
}

/** An empty folder of saves behind a server as a gateway has it, on a free port of the loopback. */
export async function serveSaveFolder({
  clock = systemClock(),
  disk = machineDisk,
  env = {},
}: ServedFolderSettings = {}): Promise<ServedFolder> {
  const directory = await mkdtemp(path.join(tmpdir(), 'library-saves-'));
  const store = await openFolderSaveStore({ directory, urlKey: null }, clock, disk);
  const answered: { operation: string; status: number }[] = [];
  const logged: string[] = [];
  const log = { error: (_details: object, message: string) => void logged.push(message) };
  const metrics: HttpMetrics = {
    answered: (operation, status) => void answered.push({ operation, status }),
    refused: () => undefined,
  };
  const reply = createReply(metrics, log);
  const front = createFront(
    (_req, res) => void res.writeHead(404).end(),
    () => true,
  );
  front.below.set(SAVE_FILES_PATH, store.files.handler(reply, log));
  const server = createServer(configFrom('', env).http, 0, systemClock(), front.listener);
  const { port } = await server.listen();
  return {
    store,
    directory,
    answered,
    logged,
    server,
    incoming: () => readdir(path.join(directory, 'incoming')),
    origin: `http://127.0.0.1:${port}`,
    async dispose() {
      await server.close(0);
      await store.close();
      await rm(directory, { recursive: true });
    },
  };
}
