/**
 * What the product is compared to, in a process of its own (`fork`): `node:http` writing what is PUT into files of a folder
 * and sending them on GET, as plainly as it can be done: nothing is checked, hashed or made durable.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

process.once('message', (folder: string) => {
  const server = createServer((request, response) => {
    const file = path.join(folder, path.basename(request.url ?? ''));
    const work = request.method === 'PUT' ? take(request, response, file) : give(response, file);
    work.catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
});
process.once('disconnect', () => process.exit(0));

async function take(request: IncomingMessage, response: ServerResponse, file: string): Promise<void> {
  await pipeline(request, createWriteStream(file));
  response.writeHead(200, { 'content-length': 0 }).end();
}

async function give(response: ServerResponse, file: string): Promise<void> {
  response.writeHead(200, { 'content-length': (await stat(file)).size });
  await pipeline(createReadStream(file), response);
}
