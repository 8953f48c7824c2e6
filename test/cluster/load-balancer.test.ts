import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { LoadBalancer, NoAnswer } from './load-balancer.ts';

let servers: Server[] = [];
let balancer: LoadBalancer | null = null;
afterEach(async () => {
  balancer?.close();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
});

/** A gateway; resolves with its address. */
async function gateway(answer: RequestListener, ready: () => boolean = () => true): Promise<() => string> {
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') response.writeHead(ready() ? 200 : 503).end();
    else answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return () => `http://127.0.0.1:${port}`;
}

const REQUEST = { method: 'GET', path: '/x', token: 't' } as const;

it('sends a request again, elsewhere, when its connection breaks before an answer', async () => {
  balancer = new LoadBalancer([
    await gateway((request) => request.socket.destroy()),
    await gateway((_, response) => response.end('yes')),
  ]);
  for (let n = 0; n < 4; n += 1) expect(await balancer.send(REQUEST)).toMatchObject({ status: 200, body: 'yes' });
});

it('does not send it again once a part of the answer is there', async () => {
  let asked = 0;
  const half: RequestListener = (request, response) => {
    asked += 1;
    response.writeHead(200, { 'content-length': 10 });
    response.write('half', () => request.socket.destroy());
  };
  balancer = new LoadBalancer([await gateway(half), await gateway(half)]);
  await expect(balancer.send(REQUEST)).rejects.toThrow(NoAnswer);
  expect(asked).toBe(1);
});

it('passes gateways by that are not ready', async () => {
  let leaving = false;
  const asked: string[] = [];
  let seen = (): void => undefined;
  const noticed = new Promise<void>((resolve) => (seen = resolve));
  const first = await gateway(
    (_, response) => response.end(String(asked.push('first'))),
    () => {
      if (leaving) setImmediate(seen);
      return !leaving;
    },
  );
  balancer = new LoadBalancer([first, await gateway((_, response) => response.end(String(asked.push('second'))))]);
  leaving = true;
  await noticed;
  await balancer.send({ ...REQUEST, path: '/settles' });
  asked.length = 0;
  for (let n = 0; n < 4; n += 1) await balancer.send(REQUEST);
  expect(asked).toEqual(['second', 'second', 'second', 'second']);
});
