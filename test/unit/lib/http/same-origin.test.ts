import { describe, expect, it } from '@jest/globals';
import type { IncomingHttpHeaders } from 'node:http';
import { requireSameOrigin } from '../../../../lib/http/same-origin.ts';

function answerTo(headers: IncomingHttpHeaders, publicUrl: string | null = null): string {
  const req = { headers, socket: { localPort: 3000 } } as unknown as Parameters<typeof requireSameOrigin>[1];
  try {
    requireSameOrigin({ publicUrl, tlsCertFile: null }, req);
    return 'passed';
  } catch (error) {
    return String((error as { type?: unknown }).type);
  }
}

describe('what only our own pages may ask for', () => {
  it.each(['localhost:3000', '127.0.0.1:3000', '[::1]:3000', '192.168.1.7:3000', 'play.localhost:3000', 'nas:3000'])(
    'is given to a page that came from %s',
    (host) => {
      expect(answerTo({ host, origin: `http://${host}` })).toBe('passed');
    },
  );

  it.each(['rebound.example:3000', 'rebound.example.:3000', '127.0.0.1.nip.example:3000', 'localhost.example:3000'])(
    'is not given to a page of %s, whose owner may point the name at this machine',
    (host) => {
      expect(answerTo({ host, origin: `http://${host}` })).toBe('FORBIDDEN');
      expect(answerTo({ host, origin: `http://${host}` }, `http://${host}`)).toBe('passed');
    },
  );

  it('is not given to a page of another host, whatever host the request names', () => {
    expect(answerTo({ host: 'localhost:3000', origin: 'http://evil.example' })).toBe('FORBIDDEN');
    expect(answerTo({ host: 'localhost:3000', origin: 'http://localhost:3001' })).toBe('FORBIDDEN');
    expect(answerTo({ host: 'evil.example', origin: 'http://evil.example' }, 'https://library.example')).toBe(
      'FORBIDDEN',
    );
    expect(answerTo({ host: 'localhost:3000', origin: 'null' })).toBe('FORBIDDEN');
  });

  it('is not given to what a browser says comes from another site', () => {
    for (const site of ['cross-site', 'same-site']) {
      expect(answerTo({ host: 'localhost:3000', 'sec-fetch-site': site })).toBe('FORBIDDEN');
    }
    expect(answerTo({ host: 'localhost:3000', 'sec-fetch-site': 'same-origin' })).toBe('passed');
  });

  it('is given to what is no browser', () => {
    expect(answerTo({ host: 'library.example' })).toBe('passed');
    expect(answerTo({})).toBe('passed');
  });
});
