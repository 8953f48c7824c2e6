/**
 * `npm run bench:save-stream`: large saves through the product as `npm start` runs it, one process with everything
 * embedded: throughput, memory, and what heartbeats feel meanwhile; beside `cp` and a plain `node:http` that writes the
 * same bytes to the same disk and sends them back. Every byte that comes back is compared by its hash.
 */
import { fork, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import type { BeatOrder } from './save-stream/beats.ts';
import { memoryOf, observe, type Observed } from './save-stream/observed.ts';
import { sliceBytesOf, writeSaveFile, type SaveFile } from './save-stream/save-file.ts';
import { get, put } from './save-stream/transfer.ts';
import type { ConfirmUploadReply, DownloadUrlReply, UploadUrlReply } from '../lib/contract/savegame-transfers.ts';
import { BASE_PATH } from '../lib/contract/endpoints.ts';
import { NodeProcess } from '../scripts/cluster/node-process.ts';
import { demoToken } from '../scripts/demo-token.ts';

const MiB = 1024 * 1024;
const options = new Command('bench:save-stream')
  .description('Throughput, memory and heartbeats while large saves pass through the embedded store.')
  .option('--mebibytes <n>', 'size of the save that is sent in parts', Number, 1024)
  .option('--rounds <n>', 'how often it is done', Number, 2)
  .option('--idle-seconds <n>', 'how long heartbeats are measured alone', Number, 5)
  .parse()
  .opts<Record<'mebibytes' | 'rounds' | 'idleSeconds', number>>();

/** The game of the sample catalogue that the demo user owns. */
const GAME_ID = '00000000-0000-7000-8000-0000000a0001';
const ONE_PIECE_MEBIBYTES = 64;
const DEVICE_ID = randomUUID();
/** Of the save that is in the store. */
let slot = '';

const folder = mkdtempSync(path.join(tmpdir(), 'library-bench-save-stream-'));
const node = new NodeProcess({
  id: 'save-stream',
  role: 'gateway',
  env: {
    DATA_DIR: path.join(folder, 'data'),
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
    LOG_LEVEL: 'warn',
    HTTP_DRAIN_GRACE_MS: '0',
    POSTGRES_DSN: '',
    REDIS_ADDR: '',
    NATS_URL: '',
    KAFKA_BROKERS: '',
    S3_BUCKET_SAVEGAMES: '',
    S3_ENDPOINT: '',
    SAVES_KEEP_VERSIONS: '1',
  },
});
const baseline = fork(path.join(import.meta.dirname, 'save-stream/baseline.ts'));
const beats = fork(path.join(import.meta.dirname, 'save-stream/beats.ts'));

try {
  await node.start();
  const token = await demoToken();
  await beginBeats(token);
  const plain = await baselineUrl();
  const large = await writeSaveFile(path.join(folder, 'large'), options.mebibytes * MiB);
  const small = await writeSaveFile(path.join(folder, 'small'), ONE_PIECE_MEBIBYTES * MiB);
  // Code is compiled, pools are filled.
  await upload(token, small);
  await download(token, small);
  const pid = node.pid ?? 0;
  const idle = await observe(pid, beats, () => pause(options.idleSeconds * 1000));
  const memory = memoryOf(pid, 'VmRSS');
  console.log(`memory before: ${mebibytes(memory)} MiB\n`);
  row('', 'MiB/s', 'to cp', 'to node:http', 'peak MiB', 'above before', 'beats', 'p50 ms', 'p99 ms', 'max ms');
  showBeats('nothing else', idle);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const save of [small, large]) {
      const name = `${save.sizeBytes / MiB} MiB ${save.partSha256 === null ? 'in one piece' : 'in parts'}`;
      const copy = save.sizeBytes / (await seconds(() => copied(save)));
      const plainPut = save.sizeBytes / (await seconds(() => putPlain(plain, save)));
      const plainGet = save.sizeBytes / (await seconds(() => getPlain(plain, save)));
      show(`${name}, sent`, save, await observe(pid, beats, () => upload(token, save)), copy, plainPut, memory);
      show(`${name}, received`, save, await observe(pid, beats, () => download(token, save)), copy, plainGet, memory);
    }
  }
} finally {
  baseline.disconnect();
  beats.disconnect();
  await node.stop();
  rmSync(folder, { recursive: true });
}

async function beginBeats(token: string): Promise<void> {
  beats.send({ url: node.url, token, gameId: GAME_ID } satisfies BeatOrder);
  await once(beats, 'message');
}

async function baselineUrl(): Promise<string> {
  baseline.send(folder);
  const [{ port }] = (await once(baseline, 'message')) as [{ port: number }];
  return `http://127.0.0.1:${port}/plain`;
}

async function ask<Reply>(token: string, name: string, body: unknown): Promise<Reply> {
  const answer = await fetch(`${node.url}${BASE_PATH}/savegames/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 200) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Reply;
}

/** As a launcher does it: announced, sent piece by piece, confirmed. Each in a slot of its own: nothing is there before. */
async function upload(token: string, { path: file, sizeBytes, sha256, partSha256, pieces }: SaveFile): Promise<void> {
  slot = `bench-${randomUUID()}`;
  const { upload: announced } = await ask<UploadUrlReply>(token, 'upload-url', {
    game_id: GAME_ID,
    slot,
    device_id: DEVICE_ID,
    size_bytes: sizeBytes,
    sha256,
    base_version: null,
    ...(partSha256 === null ? {} : { part_sha256: partSha256 }),
  });
  const targets = announced?.parts?.map((part) => part.put) ?? [announced?.put];
  for (const [at, { start, sizeBytes: size }] of pieces.entries()) {
    const target = targets[at];
    if (!target) throw new Error(`there is no signed request for piece ${at + 1}`);
    await put(target, file, start, size);
  }
  const { version } = await ask<ConfirmUploadReply>(token, 'confirm-upload', { upload_id: announced?.upload_id });
  if (version.sha256 !== sha256) throw new Error('another save was confirmed than was sent');
}

/** What the last upload brought; every byte is compared. */
async function download(token: string, save: SaveFile): Promise<void> {
  const { get: signed } = await ask<DownloadUrlReply>(token, 'download-url', { game_id: GAME_ID, slot });
  mustEqual(await get(signed, sliceBytesOf(save.sizeBytes)), save);
  await forget(token);
}

/** Frees the room, in the quota and soon on the disk. */
async function forget(token: string): Promise<void> {
  const answer = await fetch(`${node.url}${BASE_PATH}/savegames/${GAME_ID}/${slot}?permanently=true`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  });
  if (answer.status !== 204) throw new Error(`DELETE: ${answer.status} ${await answer.text()}`);
}

async function putPlain(url: string, { path: file, pieces }: SaveFile): Promise<void> {
  for (const [at, { start, sizeBytes }] of pieces.entries()) {
    await put({ url: `${url}${at}`, headers: {} }, file, start, sizeBytes);
  }
}

async function getPlain(url: string, save: SaveFile): Promise<void> {
  const sums: string[] = [];
  for (const [at, { sizeBytes }] of save.pieces.entries()) {
    sums.push(...(await get({ url: `${url}${at}`, headers: {} }, sizeBytes)));
  }
  mustEqual(sums, save);
}

/** `cp`, and until the copy is on the disk: the service, too, answers only then. */
async function copied({ path: file }: SaveFile): Promise<void> {
  const [code] = (await once(spawn('cp', [file, `${file}.copy`]), 'exit')) as [number];
  if (code !== 0) throw new Error(`cp ended with ${code}`);
  const copy = await open(`${file}.copy`);
  await copy.sync();
  await copy.close();
  rmSync(`${file}.copy`);
}

function mustEqual(sums: readonly string[], { sha256, partSha256 }: SaveFile): void {
  const expected = partSha256 ?? [sha256];
  if (sums.join() !== expected.join()) throw new Error('what came back is not what was sent');
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) / 1000;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function show(name: string, save: SaveFile, seen: Observed, copy: number, plain: number, before: number): void {
  const rate = save.sizeBytes / seen.seconds;
  const memory = [mebibytes(seen.peakBytes), mebibytes(seen.peakBytes - before)];
  row(name, mebibytes(rate), (rate / copy).toFixed(2), (rate / plain).toFixed(2), ...memory, ...beatCells(seen));
}

function showBeats(name: string, seen: Observed): void {
  row(name, '', '', '', mebibytes(seen.peakBytes), '', ...beatCells(seen));
}

function beatCells({ beats: { count, p50, p99, max } }: Observed): readonly string[] {
  return [String(count), ...[p50, p99, max].map((ms) => ms.toFixed(1))];
}

function row(name: string, ...cells: readonly string[]): void {
  console.log(name.padEnd(28) + cells.map((cell) => cell.padStart(13)).join(''));
}

function mebibytes(bytes: number): string {
  return (bytes / MiB).toFixed(0);
}
