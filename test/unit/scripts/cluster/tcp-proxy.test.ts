import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TcpProxy } from '../../../../scripts/cluster/tcp-proxy.ts';

describe('a wire that can be cut one way', () => {
  let heard: string[];
  let server: Server;
  let proxy: TcpProxy;
  let client: Socket;
  let behind: Socket;
  beforeEach(async () => {
    heard = [];
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    proxy = await TcpProxy.start({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    const accepted = once(server, 'connection');
    client = connect(proxy.port, '127.0.0.1');
    // A wire that breaks is one of the things tried here.
    client.on('error', () => undefined);
    [behind] = (await accepted) as [Socket];
    behind.on('data', (chunk) => heard.push(chunk.toString()));
  });
  afterEach(async () => {
    client.destroy();
    await proxy.close();
    await new Promise((resolve) => server.close(resolve));
  });

  const answer = async (text: string): Promise<string> => {
    const data = once(client, 'data') as Promise<[Buffer]>;
    behind.write(text);
    return (await data)[0].toString();
  };

  it('carries everything both ways', async () => {
    const data = once(behind, 'data');
    client.write('question');
    await data;
    expect(heard).toEqual(['question']);
    expect(await answer('yes')).toBe('yes');
  });

  it('holds back one direction and not the other, and delivers late when it is mended', async () => {
    proxy.cut('up');
    client.write('late');
    expect(await answer('still heard')).toBe('still heard');
    expect(heard).toEqual([]);
    const data = once(behind, 'data');
    proxy.mend(false);
    await data;
    expect(heard).toEqual(['late']);
  });

  it('breaks instead of delivering, when it is mended so', async () => {
    proxy.cut('up');
    client.write('lost');
    const closed = new Promise((resolve) => client.once('close', resolve));
    proxy.mend(true);
    await closed;
    expect(heard).toEqual([]);
  });
});
