import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ME, startGateway, type Gateway } from './gateway.ts';

const GAME = '0198f2b4-0b00-7000-8000-000000000001';

describe('the settings of a game, through the gateway', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  const put = (body: string, headers: Record<string, string> = {}) =>
    gateway.request(`/settings/${GAME}`, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  it('reach the service as the text that was sent, and the answer carries its text and its version', async () => {
    const text = '{ "2":1.0,"1":[12345678901234567890],\n"a":"\\u0000" }';
    const json = `{"version":7,"settings":${text}}`;
    gateway.actions.set('settings.put', () => ({ json, etag: '7' }));
    const answer = await put(`{"settings":${text}}`, { 'if-match': '"6"' });
    gateway.actions.delete('settings.put');
    expect(gateway.calls.at(-1)).toMatchObject({
      action: 'settings.put',
      params: { userId: ME, body: { settings: text }, ifMatch: 6 },
    });
    expect([answer.status, answer.headers.get('etag'), answer.headers.get('content-length')]).toEqual([
      ...[200, '"7"', String(Buffer.byteLength(json))],
    ]);
  });

  it('must be an object', async () => {
    for (const body of [
      '{"settings":[]}',
      '{"settings":"{}"}',
      '{"settings":null}',
      '{}',
      '{"settings":{},"more":1}',
    ]) {
      expect((await put(body)).body).toMatchObject({ code: 'VALIDATION_ERROR' });
    }
    expect((await put('{"settings":{}')).body).toMatchObject({ code: 'MALFORMED_REQUEST' });
    expect((await put('{"settings":{}}', { 'if-match': 'W/"1"' })).body).toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});
