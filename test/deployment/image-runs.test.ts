import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, freshFolder, unprivilegedAccount } from '../../scripts/servers/machine.ts';
import { ImageProcess, imageCommand } from './image-process.ts';
import { layOutImage } from './image-tree.ts';

const START_MS = 90_000;
const COMMAND = imageCommand(readFileSync(join(import.meta.dirname, '../../Dockerfile'), 'utf8'));

describe('what is in the image', () => {
  let image: string;
  let data: string;
  let node: ImageProcess | null = null;

  beforeAll(() => {
    image = layOutImage();
    data = freshFolder('image-data', unprivilegedAccount());
  });
  afterEach(async () => {
    await node?.stop(0);
    node = null;
  });
  afterAll(() => {
    for (const folder of [image, data]) rmSync(folder, { recursive: true, force: true });
  });

  it(
    'is enough to serve the API and its documents, writes to its data and nowhere else, and ends in order',
    async () => {
      const [http, metrics] = [await freePort(), await freePort()];
      node = new ImageProcess(image, COMMAND, {
        NODE_ENV: 'development',
        DATA_DIR: data,
        HTTP_HOST: '127.0.0.1',
        LIBRARY_GRPC_PORT: '0',
        LIBRARY_HTTP_PORT: String(http),
        METRICS_PORT: String(metrics),
        HTTP_DRAIN_GRACE_MS: '0',
      });
      await node.ready();
      for (const path of [
        '/console',
        '/play',
        '/docs',
        '/docs/errors',
        '/docs/websocket',
        '/api/openapi/v1/library.yaml',
      ]) {
        const { status } = await fetch(`http://127.0.0.1:${http}${path}`);
        expect([path, status]).toEqual([path, 200]);
      }
      expect(await node.stop(30)).toBe(0);
      for (const line of node.output.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ service: 'library' });
    },
    START_MS,
  );

  it('says in one line why it does not start', async () => {
    node = new ImageProcess(image, COMMAND, { NODE_ENV: 'production', DATA_DIR: data });
    expect(await node.exited()).toBe(1);
    expect(node.output).toMatch(/^serve: auth\.mode \(AUTH_MODE\) is "dev" with NODE_ENV=production: .+\n$/);
  });
});
