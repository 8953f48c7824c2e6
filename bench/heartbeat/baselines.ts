/**
 * What the product is compared to, each in a process of its own (`fork`), started with its name as argument:
 *
 * - `constant`: `node:http` answering a constant; what the platform can do at all.
 * - `fastify`: what one would write first: Fastify, and one Lua script per heartbeat in Redis. No token is checked, no
 *   ownership is fenced, nobody ends a silent session, nothing reaches PostgreSQL.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { Redis } from 'ioredis';

const HEARTBEAT_LUA = `
local session = redis.call('HMGET', KEYS[1], 'seq', 'last', 'credited')
local seq = tonumber(session[1]) or 0
local now = tonumber(ARGV[2])
if tonumber(ARGV[1]) <= seq then return {seq, tonumber(session[3]) or 0} end
local gap = now - (tonumber(session[2]) or now)
local credited = (tonumber(session[3]) or 0) + (gap <= 150000 and gap or 0)
redis.call('HSET', KEYS[1], 'seq', ARGV[1], 'last', ARGV[2], 'credited', credited)
return {tonumber(ARGV[1]), credited}`;

interface Beat {
  readonly session_id: string;
  readonly seq: number;
}

async function fastifyService(redisAddress: string): Promise<number> {
  const redis = new Redis(redisAddress, { enableAutoPipelining: true });
  redis.defineCommand('heartbeat', { numberOfKeys: 1, lua: HEARTBEAT_LUA });
  const beats = redis as unknown as { heartbeat(key: string, seq: number, now: number): Promise<[number, number]> };
  const app = fastify();
  const schema = {
    body: {
      type: 'object',
      required: ['session_id', 'seq'],
      properties: { session_id: { type: 'string' }, seq: { type: 'integer' } },
    },
    response: {
      200: {
        type: 'object',
        properties: {
          session_id: { type: 'string' },
          status: { type: 'string' },
          seq: { type: 'integer' },
          credited_seconds: { type: 'integer' },
          next_heartbeat_seconds: { type: 'integer' },
        },
      },
    },
  };
  app.post<{ Body: Beat }>('/heartbeat', { schema }, async ({ body }) => {
    const [seq, credited] = await beats.heartbeat(`bench:${body.session_id}`, body.seq, Date.now());
    return {
      session_id: body.session_id,
      status: 'live',
      seq,
      credited_seconds: Math.floor(credited / 1_000),
      next_heartbeat_seconds: 60,
    };
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

/** Answers every request alike, but for the sequence number, which the load generator checks. */
async function constantService(): Promise<number> {
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
    request.on('end', () => {
      const answer = `{"status":"live",${/"seq":\d+/.exec(body)?.[0]}}`;
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const [, , name, redisAddress] = process.argv;
const port = name === 'constant' ? await constantService() : await fastifyService(redisAddress ?? '');
process.send?.({ port });
process.once('disconnect', () => process.exit(0));
