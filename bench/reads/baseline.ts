/** What the product is compared to, in a process of its own (`fork`): `node:http` answering every request with one page. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

process.once('message', (page: string) => {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(page) });
    response.end(page);
  });
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
});
process.once('disconnect', () => process.exit(0));
