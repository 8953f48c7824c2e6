import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configFrom } from '../../../../lib/config/load.ts';
import { createServer } from '../../../../lib/http/server.ts';
import type { HttpServer } from '../../../../lib/http/server.ts';
import { systemClock } from '../../../../lib/ports/clock.ts';

describe('the HTTP server', () => {
  let server: HttpServer;
  let address: AddressInfo;

  beforeEach(async () => {
    const { http } = configFrom('', { HTTP_MAX_HEADER_BYTES: '4096' });
    server = createServer(http, 0, systemClock(), (_req, res) => res.end('ok'));
    address = await server.listen();
  });
  afterEach(() => server.close(0));

  function exchange(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(address.port, address.address, () => socket.write(bytes));
      socket.on('data', (chunk) => (answer += String(chunk)));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }

  it.each([
    ['what is not HTTP', 'HELLO\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'a head that is too large',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(5000)}\r\n\r\n`,
      431,
      'REQUEST_HEADERS_TOO_LARGE',
    ],
  ])('answers %s with a problem document and hangs up', async (_what, bytes, status, code) => {
    const [head = '', body = ''] = (await exchange(bytes)).split('\r\n\r\n');
    expect(head).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*application/problem\\+json[\\s\\S]*Connection: close`),
    );
    expect(JSON.parse(body)).toMatchObject({ status, code });
  });

  it('ends idle connections when it closes, and can be closed twice', async () => {
    const answer = exchange('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await fetch(`http://127.0.0.1:${address.port}`).then((response) => response.text());
    await Promise.all([server.close(5000), server.close(5000)]);
    expect(await answer).toContain('200 OK');
    expect(server.address()).toBeNull();
  });

  it('says when it cannot have its address', async () => {
    const second = createServer(configFrom('', {}).http, address.port, systemClock(), () => {});
    await expect(second.listen()).rejects.toThrow(/EADDRINUSE/);
  });
});
