import { readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { retried, TransferFailed, type RetryRules } from './retry.ts';
import { digestOfFile } from './save-digest.ts';
import type { SaveService } from './save-service.ts';
import { getRest, type TransferRules } from './signed-transfer.ts';
import type { Progress } from './upload.ts';

export interface DownloadPorts {
  readonly service: SaveService;
  readonly retry: RetryRules;
  readonly transfer: TransferRules;
  readonly progress: Progress;
}

const PARTIAL = 'incoming-';

/**
 * Fetches a version into the directory, and hands it out only when its checksum is right. What came before a crash or a
 * broken connection is kept under the name of its checksum, and only the rest is fetched.
 *
 * @returns the file
 * @throws RequestFailed NOT_FOUND, SAVEGAME_LOST
 * @throws TransferFailed
 */
export async function download(ports: DownloadPorts, version: number, directory: string): Promise<string> {
  const { service, retry, transfer, progress } = ports;
  let last = false;
  return retried(async () => {
    const { get, version: expected } = await service.downloadUrl(version);
    const partial = path.join(directory, `${PARTIAL}${expected.sha256}`);
    await forgetOthers(directory, path.basename(partial));
    const have = await sizeOf(partial);
    if (have === null || have < expected.size_bytes) {
      await getRest(get, partial, have ?? 0, transfer, (bytes) => progress(bytes, expected.size_bytes));
    }
    const found = await digestOfFile(partial);
    if (found.sizeBytes === expected.size_bytes && found.sha256 === expected.sha256) {
      const whole = path.join(directory, 'incoming');
      await rename(partial, whole);
      return whole;
    }
    await rm(partial);
    // What was kept here may have been damaged; what came whole and is wrong will not be right the next time.
    const passing = have !== null && !last;
    last = true;
    throw new TransferFailed(`what came is not version ${version}: its checksum is ${found.sha256}`, passing);
  }, retry);
}

async function forgetOthers(directory: string, kept: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(PARTIAL) && name !== kept) await rm(path.join(directory, name));
  }
}

async function sizeOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
