import { describe, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import type { CommandReply } from '../../../lib/contract/commands.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import { LibraryError } from '../../../lib/errors.ts';
import { commandsService } from '../../../services/commands.service.ts';
import { wordsOf } from '../../../services/operator-line.ts';
import { madeUpCluster, type MadeUpCall } from '../../operator-cluster.ts';

const WHO = '0198f2b4-0a00-7000-8000-00000000d3a0';
const TWO_ENGINES = { a: ['engine', 'engine-member'], b: ['engine', 'engine-member'], c: ['audit'] };

async function send(line: string, role: Role = 'admin', answer: (call: MadeUpCall) => unknown = () => 3) {
  const cluster = madeUpCluster(TWO_ENGINES, answer);
  const { broker: asked, clock } = cluster.context;
  const broker = new ServiceBroker({ logger: false });
  broker.createService(commandsService({ broker: asked, clock }));
  await broker.start();
  const request = { caller: { userId: WHO, roles: [role] }, body: { line }, deadline: clock.now() + 4_000 };
  const reply = broker.call<CommandReply, object>('commands.run', request);
  reply.catch(() => {});
  const noted = () => cluster.calls.flatMap(({ action, params }) => (action === 'audit.operator' ? [params] : []));
  return { ...cluster, reply, noted, stop: () => broker.stop() };
}

async function refusal(line: string, role?: Role): Promise<unknown> {
  const { reply, calls, stop } = await send(line, role);
  const error: unknown = await reply.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  await stop();
  expect(calls).toEqual([]);
  return (error as { type?: unknown } | null)?.type;
}

describe("an operators' command that comes from a page", () => {
  it('is written down under the account that sent it, with the id that its answer has', async () => {
    const { reply, noted, stop } = await send('flush');
    const { command_id, ...rest } = await reply;
    expect(rest).toEqual({
      state: 'done',
      head: null,
      rows: null,
      foot: null,
      error: null,
      text: "6 users' sessions written to PostgreSQL.",
    });
    expect(noted().map(({ outcome }) => outcome)).toEqual(['begun', 'done']);
    for (const note of noted()) {
      expect(note).toMatchObject({ operator: WHO, caller: { userId: WHO }, commandId: command_id, typed: 'flush' });
    }
    await stop();
  });

  it('is done by an operator only when it changes something', async () => {
    for (const line of ['flush', 'drain a', 'rebalance --yes', 'replay catalog-events', 'sweep']) {
      expect([line, await refusal(line, 'support')]).toEqual([line, 'FORBIDDEN']);
    }
    const { reply, stop } = await send('help', 'support');
    expect((await reply).rows?.map(([usage]) => usage)).toContain('drain <node>');
    await stop();
  });

  it('cannot name somebody else, go past the audit log, or wait at a terminal', async () => {
    for (const line of [
      'flush --as kim',
      'flush --without-audit',
      'shards --watch',
      'shards --every 1',
      'shards --json',
    ]) {
      expect([line, await refusal(line)]).toEqual([line, 'VALIDATION_ERROR']);
    }
  });

  it('is refused when there is no such command, or it is not understood', async () => {
    expect(await refusal('rm -rf /')).toBe('NOT_FOUND');
    expect(await refusal('drain')).toBe('VALIDATION_ERROR');
    expect(await refusal('drain "a')).toBe('VALIDATION_ERROR');
  });

  it('is answered with why it failed, and the audit log says so, too', async () => {
    const { reply, noted, stop } = await send('drain a', 'admin', ({ action }) => {
      if (action === 'engine.drain') throw new LibraryError('UNAVAILABLE', 'not now');
      return undefined;
    });
    expect(await reply).toMatchObject({ state: 'failed', error: 'not now', text: null });
    expect(noted().at(-1)).toMatchObject({ outcome: 'failed', result: 'not now' });
    await stop();
  });

  it('goes on when it takes longer than its request may, and ends in the audit log', async () => {
    const drained = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const { reply, noted, ring, stop } = await send('drain a', 'admin', ({ action, params }) => {
      if (params['outcome'] === 'done') ended.resolve();
      return action === 'engine.drain' ? drained.promise : undefined;
    });
    await ring();
    const { state, command_id } = await reply;
    expect(state).toBe('running');
    drained.resolve();
    await ended.promise;
    expect(noted().at(-1)).toMatchObject({ outcome: 'done', commandId: command_id });
    await stop();
  });
});

describe('a line', () => {
  it('is words between spaces, and what stands in quotes is one', () => {
    expect(wordsOf('  drain   "engine 1" \'\' --limit 3 ')).toEqual(['drain', 'engine 1', '', '--limit', '3']);
    expect(wordsOf('')).toEqual([]);
    for (const line of ['a "b', "it's", '"a"b']) expect(() => wordsOf(line)).toThrow(LibraryError);
  });
});
