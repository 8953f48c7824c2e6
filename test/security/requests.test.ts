import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { headOf, RawConnection } from '../raw-connection.ts';
import { ATTACKER, attackedProduct, LEAKS, START_MS, type AttackedProduct } from './attacked-product.ts';

const GAME = '00000000-0000-7000-8000-0000000a0001';
const DEVICE = '0198f2b4-0c00-7000-8000-0000000000d1';

describe('requests that no client sends', () => {
  let attacked: AttackedProduct;
  let authorization: string;
  beforeAll(async () => {
    attacked = await attackedProduct();
    authorization = `Bearer ${await attacked.tokenOf(ATTACKER)}`;
  }, START_MS);
  afterAll(() => attacked.remove(), START_MS);

  const isAlive = async () => expect((await attacked.send('/')).status).toBe(200);
  const base = (): string => `${attacked.url}/api/v1/library`;
  const answersOf = async (...pieces: readonly string[]): Promise<string> => {
    const raw = new RawConnection(attacked.url);
    await raw.send(...pieces);
    return raw.closed();
  };
  const statuses = (received: string): number[] =>
    [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

  describe('in their size', () => {
    it.each([
      ['one long header', `X-Long: ${'x'.repeat(20_000)}\r\n`],
      ['many headers', 'X-Many: 1\r\n'.repeat(2_000)],
      ['a long cookie', `Cookie: ${'a=b;'.repeat(6_000)}\r\n`],
    ])('%s: refused with 431 and the connection closed', async (_what, headers) => {
      const received = await answersOf(`GET /api/v1/library/ HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
      expect(statuses(received)).toEqual([431]);
      expect(received).toContain('REQUEST_HEADERS_TOO_LARGE');
      await isAlive();
    });

    it('a long target: refused', async () => {
      const received = await answersOf(`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(statuses(received)).toEqual([431]);
    });

    it('a body that says it is large, and one that only turns out to be: refused with 413', async () => {
      const head = { Authorization: authorization, 'Content-Type': 'application/json', Connection: 'close' };
      const announced = headOf('POST', `${base()}/playtime/start`, { ...head, 'Content-Length': 10_000_000 });
      expect(statuses(await answersOf(announced, ' '.repeat(3_000_000)))).toEqual([413]);
      const chunked = headOf('POST', `${base()}/playtime/heartbeat`, { ...head, 'Transfer-Encoding': 'chunked' });
      const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
      expect(statuses(await answersOf(chunked, chunk.repeat(30)))).toEqual([413]);
      await isAlive();
    });

    it('a content type of many spaces: refused in a moment', async () => {
      for (const type of [`application/json${' '.repeat(15_000)}!`, `application/json;${' ;'.repeat(7_000)}`]) {
        const began = performance.now();
        expect((await attacked.send('/playtime/start', { body: '{}', headers: { 'content-type': type } })).status).toBe(
          415,
        );
        expect(performance.now() - began).toBeLessThan(1_000);
      }
    });

    it('a compressed body that would be large: not unpacked at all', async () => {
      const headers = { 'content-encoding': 'gzip' };
      expect((await attacked.send('/playtime/start', { body: '{}', headers })).status).toBe(415);
    });

    it.each(['[', '{"a":'])('a body that is nested deep: refused, %s', async (open) => {
      for (const path of ['/playtime/heartbeat', '/playtime/start', '/playtime/offline']) {
        const answer = await attacked.send(path, { body: open.repeat(50_000) });
        expect(answer.status).toBe(400);
        const close = open === '[' ? ']' : '}';
        const whole = `${open.repeat(40_000)}1${close.repeat(40_000)}`;
        expect([400, 422]).toContain((await attacked.send(path, { body: whole })).status);
      }
      await isAlive();
    });

    it('a list longer than allowed, of small things: refused before any of it is done', async () => {
      const sessions = new Array(101).fill({ game_id: GAME });
      const answer = await attacked.send('/playtime/offline', { json: { device_id: DEVICE, sessions } });
      expect(answer.status).toBe(422);
    });
  });

  describe('in their pace', () => {
    it('a head that drips in is cut off, and others are answered meanwhile', async () => {
      const slow = Array.from({ length: 50 }, () => new RawConnection(attacked.url));
      await Promise.all(slow.map((raw) => raw.send('GET /api/v1/library/ HTTP/1.1\r\nHost: x\r\nX-Slow: ')));
      const dripping = setInterval(() => slow.forEach((raw) => void raw.send('x').catch(() => undefined)), 100);
      await isAlive();
      const answers = await Promise.all(slow.map((raw) => raw.closed()));
      clearInterval(dripping);
      for (const received of answers) expect(statuses(received)).toEqual([408]);
    }, 30_000);

    it('a body that drips in is cut off', async () => {
      const head = { Authorization: authorization, 'Content-Type': 'application/json', 'Content-Length': 1000 };
      for (const path of ['/playtime/heartbeat', '/playtime/start']) {
        const raw = new RawConnection(attacked.url);
        await raw.send(headOf('POST', `${base()}${path}`, head), '{');
        const dripping = setInterval(() => void raw.send(' ').catch(() => undefined), 100);
        expect(statuses(await raw.closed())).toEqual([408]);
        clearInterval(dripping);
      }
    }, 30_000);

    it('a connection that says nothing at all is cut off', async () => {
      const raw = new RawConnection(attacked.url);
      expect(statuses(await raw.closed())).toEqual([408]);
    }, 30_000);
  });

  describe('in where they end', () => {
    const smuggled = 'GET /api/v1/library/admin/audit HTTP/1.1\r\nHost: x\r\n\r\n';

    it.each([
      ['both lengths', `Content-Length: ${smuggled.length}\r\nTransfer-Encoding: chunked\r\n`],
      ['two lengths', `Content-Length: 4\r\nContent-Length: ${smuggled.length}\r\n`],
      ['a length that is none', 'Content-Length: +4\r\n'],
      ['a coding that is nearly chunked', 'Transfer-Encoding: xchunked\r\n'],
      ['chunked, but not last', 'Transfer-Encoding: chunked, identity\r\n'],
      ['space before the colon', 'Content-Length : 4\r\n'],
      ['a folded header', 'Transfer-Encoding:\r\n chunked\r\n'],
      ['a header that ends in a lone CR', 'X-A: b\rTransfer-Encoding: chunked\r\n'],
    ])('%s: one refusal and the end of the connection, never two answers', async (_what, headers) => {
      const received = await answersOf(
        `POST /api/v1/library/playtime/start HTTP/1.1\r\nHost: x\r\n${headers}\r\n`,
        `0\r\n\r\n${smuggled}`,
      );
      expect(statuses(received)).toEqual([400]);
    });

    it('chunk sizes that are none: refused', async () => {
      for (const size of ['-1', 'ffffffffffffffffff', '0x5', '5;\n']) {
        const head = `POST /api/v1/library/playtime/start HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
        const received = await answersOf(head, `${size}\r\nabcde\r\n0\r\n\r\n`);
        expect(statuses(received)).toEqual([400]);
      }
    });

    it('a request behind another one on the same connection is judged for itself', async () => {
      const first = headOf('GET', `${base()}/`, { Authorization: authorization });
      const second = headOf('GET', `${base()}/`, { Connection: 'close' });
      expect(statuses(await answersOf(first + second))).toEqual([200, 401]);
    });

    it('no HTTP at all, and no host: refused', async () => {
      expect(statuses(await answersOf('\u0016\u0003\u0001\u0002\u0000\u0001'))).toEqual([400]);
      expect(statuses(await answersOf('GET / HTTP/1.1\r\n\r\n'))).toEqual([400]);
      expect(statuses(await answersOf('GET / HTTP/9.9\r\nHost: x\r\n\r\n'))).toEqual([400]);
    });

    it.each(['TRACE', 'CONNECT', 'PROPFIND', 'OPTIONS', 'PURGE'])('the method %s does nothing', async (method) => {
      const received = await answersOf(
        `${method} /api/v1/library/playtime/start HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`,
      );
      expect([[405], [400], []]).toContainEqual(statuses(received));
      expect(received).not.toContain(authorization);
      await isAlive();
    });

    it('another method in a header changes nothing', async () => {
      for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
        const answer = await attacked.send(`/${GAME}`, { headers: { [name]: 'DELETE' }, method: 'GET' });
        expect([200, 404]).toContain(answer.status);
      }
    });
  });

  describe('in their paths', () => {
    it.each([
      '/docs/../configs/config.yaml',
      '/docs/..%2f..%2fconfigs%2fconfig.yaml',
      '/docs/%2e%2e/%2e%2e/etc/passwd',
      '/docs/..\\..\\etc\\passwd',
      '/docs/swagger-ui.css/../../package.json',
      '/docs//etc/passwd',
      '/docs/%00',
      '/docs/swagger-ui.css%00.html',
      '/api/openapi/v1/../../../package.json',
      '/api/openapi/v1/library.yaml/../../events',
      '/saves/../../../etc/passwd',
      '/saves/..%2f..%2f..%2fetc%2fpasswd',
      '/__proto__',
      '/constructor',
      '/docs/__proto__',
    ])('%s leads nowhere', async (path) => {
      const received = await answersOf(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect([400, 401, 403, 404, 405]).toContain(statuses(received)[0]);
      expect(received).not.toMatch(/root:x:0|"dependencies"|bodyLimitBytes:/);
      expect(received).not.toMatch(LEAKS);
    });

    it('an absolute target, or another host, leads to the same place and names nobody else', async () => {
      const line = `GET http://evil.example/api/v1/library/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n`;
      const received = await answersOf(`${line}X-Forwarded-Host: evil.example\r\n\r\n`);
      expect([401, 404]).toContain(statuses(received)[0]);
      expect(received).not.toContain('evil.example');
    });

    it('no page redirects', async () => {
      for (const path of [
        '//evil.example/',
        '/docs//evil.example',
        '/%2f%2fevil.example',
        '/api/v1/library//evil.example',
      ]) {
        const answer = await fetch(attacked.url + path, { redirect: 'manual' });
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.headers.get('location')).toBeNull();
      }
    });
  });

  describe('in their headers', () => {
    it('line breaks that are sent in encoded form do not become headers of the answer', async () => {
      const marks = ['%0d%0aX-Injected:%20yes', '%E5%98%8D%E5%98%8AX-Injected:%20yes', '\\r\\nX-Injected: yes'];
      for (const mark of marks) {
        for (const path of [`/${mark}`, `/?q=${mark}`, `/savegames/${GAME}/${mark}/versions`, `/?cursor=${mark}`]) {
          const answer = await attacked.send(path);
          expect(answer.headers.get('x-injected')).toBeNull();
          expect(answer.status).toBeLessThan(500);
        }
      }
    });

    it('traceparent, Idempotency-Key and If-None-Match are never handed back as they are', async () => {
      const evil = '"><script>alert(1)</script>';
      for (const name of ['traceparent', 'idempotency-key', 'if-none-match', 'x-request-id', 'x-trace-id', 'origin']) {
        const answer = await attacked.send('/', { headers: { [name]: evil } });
        expect(answer.text + [...answer.headers].join()).not.toContain('<script>');
      }
    });

    it('pages of other origins get no leave to read anything', async () => {
      for (const [method, path] of [
        ['GET', '/'],
        ['OPTIONS', '/playtime/start'],
      ] as const) {
        const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
        const answer = await attacked.send(path, { method, headers });
        expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
      }
    });

    it('every answer forbids to sniff, frame, cache and run it, and says nothing of what made it', async () => {
      const answers = await Promise.all([
        attacked.send('/'),
        attacked.send('/', { token: null }),
        attacked.send('/playtime/start', { body: '{' }),
        attacked.raw('/nowhere'),
        attacked.raw('/health/live'),
        attacked.raw('/health/ready'),
        attacked.raw('/metrics'),
        attacked.raw('/docs'),
        attacked.raw('/api/openapi/v1/library.yaml'),
        attacked.raw('/api/v1/library/savegames/files/x'),
        attacked.send('/export'),
      ]);
      for (const { headers } of answers) {
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('cache-control')).toMatch(/^no-(store|cache)$/);
        expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
        expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull();
      }
      const refused = await answersOf('GET / HTTP/9.9\r\nHost: x\r\n\r\n');
      for (const header of ['nosniff', 'no-store', "frame-ancestors 'none'"]) expect(refused).toContain(header);
    });
  });

  describe('in the names of their members', () => {
    const members = [
      '"__proto__":{"roles":["admin"],"isAdmin":true}',
      '"constructor":{"prototype":{"roles":["admin"]}}',
      '"prototype":{"x":1}',
      '"hasOwnProperty":1',
      '"toString":"x"',
    ];
    it.each(members)('%s changes no object but itself', async (member) => {
      for (const path of ['/playtime/start', '/playtime/heartbeat', '/categories', '/wishlist']) {
        expect((await attacked.send(path, { body: `{${member}}` })).status).toBe(422);
      }
      const settings = await attacked.send(`/settings/${GAME}`, { method: 'PUT', body: `{"settings":{${member}}}` });
      expect(settings.status).toBeLessThan(500);
      expect((await attacked.send(`/admin/users/${ATTACKER}/library`)).status).toBe(403);
      expect((await attacked.send('/playtime/live')).body['items']).toEqual([]);
    });

    it.each(['__proto__[roles]=admin', 'constructor.prototype.x=1', '__proto__=1', 'q[]=1', 'q[$ne]=x'])(
      'the query %s is not known',
      async (query) => {
        expect((await attacked.send(`/?${query}`)).status).toBe(422);
      },
    );
  });
});
