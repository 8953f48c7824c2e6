import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { CONSUMED_TOPICS, type ConsumedData, type ConsumedType } from '../../lib/contract/events/consumed.ts';
import { PRODUCED_TOPICS } from '../../lib/contract/events/produced.ts';
import type { PlaySessionPage } from '../../lib/contract/playtime.ts';
import type { DeadLetter } from '../../lib/contract/support.ts';
import { ERASURE_SETTLES_MS, finishErasures } from '../../lib/erasure/erase-user.ts';
import { SAMPLE_GAME_IDS } from '../../lib/library/sample-catalog.ts';
import { deadLetterTopic, type IncomingMessage } from '../../lib/ports/event-bus.ts';
import type { LibraryClient } from '../../scripts/client/library-client.ts';
import { freshName, Recorder } from '../contract/event-bus.fixtures.ts';
import { toldEvent, type ToldEvent } from '../event-schemas.ts';
import { platformEvent } from '../platform-events.ts';
import { describeWithPrivateServer, describeWithServers } from '../servers.ts';
import { tracesInDatabase, tracesInRedis } from '../traces.ts';
import { IDLE_ACTOR } from '../idle-actor.ts';
import { startKafkaProduct, type KafkaProduct } from './kafka-product.ts';

const [GAME = '', WISHED = '', OTHER = ''] = SAMPLE_GAME_IDS.slice(10);
const DEVICE = '11111111-1111-4111-8111-111111111111';
const START_MS = 90_000;
const DLQ = path.resolve(import.meta.dirname, '../../scripts/dlq.ts');

describeWithPrivateServer('Kafka', 'the product on Kafka', () => {
  describeWithServers(['PostgreSQL', 'Redis'], 'and PostgreSQL and Redis', ({ PostgreSQL: postgres }) => {
    let product: KafkaProduct;
    let admin: LibraryClient;
    const told = new Recorder();
    const letters = new Recorder();

    beforeAll(async () => {
      // Not before: the address is known to hooks and tests only.
      product = await startKafkaProduct(postgres);
      admin = await product.clientOf(uuidv7(), ['admin']);
      await product.bus.ensureTopics(CONSUMED_TOPICS);
      await product.bus.createTopics(PRODUCED_TOPICS);
      await told.join(product.bus, freshName('told'), PRODUCED_TOPICS);
      await letters.join(product.bus, freshName('letters'), CONSUMED_TOPICS.map(deadLetterTopic));
    }, START_MS);
    afterAll(() => product.remove(), START_MS);

    const send = <Type extends ConsumedType>(type: Type, data: ConsumedData<Type>, id?: string) =>
      product.bus.publish([platformEvent(type, data, id)]);
    const order = (user_id: string, game_ids: readonly string[]) => ({
      user_id,
      game_ids: [...game_ids],
      order_id: 'order-1',
    });
    const messagesOf = (userId: string): IncomingMessage[] =>
      told.handled.filter(({ value }) => (JSON.parse(value) as ToldEvent).data['user_id'] === userId);
    const summaryOf = (userId: string): string[] =>
      messagesOf(userId).map(({ topic, value }) => `${topic} ${(JSON.parse(value) as ToldEvent).type}`);
    const hears = (userId: string, ...summaries: readonly string[]): Promise<void> =>
      told.until(() => summaries.every((summary) => summaryOf(userId).includes(summary)));
    const gamesOf = async (client: LibraryClient): Promise<string[]> =>
      (await client.send<{ items: { game_id: string }[] }>('GET', '/')).items.map(({ game_id }) => game_id);

    const ADDED = 'library-events library.game.added';

    it('puts what was bought into the library, takes it off the wishlist, and tells both', async () => {
      const userId = uuidv7();
      const user = await product.clientOf(userId, ['user']);
      await user.send('POST', '/wishlist', { game_id: WISHED });
      await send('payment.purchase.completed', order(userId, [GAME, WISHED]));
      await hears(userId, ADDED, 'wishlist-events library.wishlist.item.removed');
      await told.until(() => summaryOf(userId).length >= 4);

      expect((await gamesOf(user)).sort()).toEqual([GAME, WISHED].sort());
      expect(await user.send('GET', '/wishlist')).toMatchObject({ items: [] });
      expect(summaryOf(userId).sort()).toEqual([
        ...[ADDED, ADDED, 'wishlist-events library.wishlist.item.added'],
        'wishlist-events library.wishlist.item.removed',
      ]);
      for (const { key, value } of messagesOf(userId)) {
        expect(toldEvent(value)).toMatchObject({ source: '/library-service', subject: userId, partitionkey: userId });
        expect(key).toBe(userId);
      }
    });

    it('ends a live session with the refund of its game', async () => {
      const userId = uuidv7();
      const user = await product.clientOf(userId, ['user']);
      await send('payment.purchase.completed', order(userId, [GAME]));
      await hears(userId, ADDED);
      const { session_id } = await user.start({ game_id: GAME, device_id: DEVICE });
      await send('payment.refund.completed', order(userId, [GAME]));
      await hears(userId, 'library-events library.game.removed', 'playtime-events library.playtime.session.ended');

      const { items } = await user.send<PlaySessionPage>('GET', '/playtime/sessions');
      expect(items).toEqual([expect.objectContaining({ session_id, end_reason: 'revoked' })]);
      expect(await gamesOf(user)).toEqual([]);
      const ended = messagesOf(userId).find(({ value }) => value.includes('session.ended'));
      expect(toldEvent(ended?.value ?? '').data).toMatchObject({ session_id, reason: 'revoked' });
    });

    it('leaves nothing of a user whose account was deleted, with a session live and more on its way', async () => {
      const { db } = product.database;
      const userId = uuidv7();
      const user = await product.clientOf(userId, ['user']);
      await send('payment.purchase.completed', order(userId, [GAME, OTHER]));
      await hears(userId, ADDED);
      await told.until(() => summaryOf(userId).filter((summary) => summary === ADDED).length === 2);
      await user.send('POST', '/wishlist', { game_id: WISHED });
      await user.start({ game_id: GAME, device_id: DEVICE });
      const traces = async (): Promise<string[]> => [
        ...(await tracesInDatabase(db, userId)),
        ...(await tracesInRedis(product.redis, userId)),
      ];
      expect((await traces()).length).toBeGreaterThan(4);

      // What comes behind it on its topic is taken in after it; on another topic, at any time.
      const late = uuidv7();
      const another = uuidv7();
      await send('account.user.deleted', { user_id: userId });
      await send('payment.purchase.completed', order(userId, [WISHED]), late);
      await send('account.user.deleted', { user_id: userId }, another);
      const taken = async (id: string): Promise<boolean> =>
        (await db.selectFrom('inbox_events').select('done').where('event_id', '=', id).executeTakeFirst())?.done ===
        true;
      while (!(await taken(late)) || !(await taken(another)));

      expect(await traces()).toEqual(['erasures: 1']);
      const afterwards = Date.now() + ERASURE_SETTLES_MS + 1_000;
      await finishErasures({ db, saves: { urlSeconds: 900 }, now: afterwards }, () => IDLE_ACTOR);
      expect(await traces()).toEqual([]);
      await expect(user.start({ game_id: GAME, device_id: DEVICE })).rejects.toMatchObject({
        code: 'GAME_NOT_IN_LIBRARY',
      });
    });

    describe('with dead letters', () => {
      const waiting = async () =>
        (await admin.send<{ items: DeadLetter[] }>('GET', '/admin/dead-letters?topic=payment-events')).items;
      const replay = () => admin.send('POST', '/admin/dead-letters/replay', { topic: 'payment-events' });
      const dlq = async (...args: readonly string[]): Promise<string> => {
        const token = await product.tokenOf(uuidv7(), ['admin']);
        const connection = ['--url', product.node.url, '--token', token, '--topic', 'payment-events'];
        return (await promisify(execFile)(process.execPath, [DLQ, ...args, ...connection])).stdout;
      };

      it('shows poison with its reason, and buries it again when it is sent back as it was', async () => {
        const key = uuidv7();
        const poison = { topic: 'payment-events', key, value: '{"oops', headers: { 'x-trace': 'kept' } };
        await product.bus.publish([poison]);
        await letters.count(1);
        const [letter] = await waiting();
        expect(letter).toMatchObject({ topic: 'payment-events', key, value: '{"oops', attempts: 1 });
        expect(letter?.reason).toMatch(/^no CloudEvent: .*JSON/);

        expect(await replay()).toEqual({ replayed: 1 });
        await letters.count(2);
        expect(letters.handled.map(({ value, headers }) => [value, headers['x-trace']])).toEqual(
          Array(2).fill(['{"oops', 'kept']),
        );
        const again = await waiting();
        expect(again).toHaveLength(1);
        expect(again[0]?.offset).not.toBe(letter?.offset);
      });

      it('takes in once what is sent back and can be processed by now, however often it is sent', async () => {
        const userId = uuidv7();
        const good = platformEvent('payment.purchase.completed', order(userId, [GAME]));
        const buried = { ...good, topic: deadLetterTopic(good.topic) };
        const before = letters.handled.length;
        await product.bus.publish([buried, buried]);
        await letters.count(before + 2);
        expect(JSON.parse((await dlq('list')).trim().split('\n').at(-1) ?? '')).toMatchObject({ value: good.value });

        // The poison of the test before goes with them, and comes back once more.
        expect(await dlq('replay')).toBe('3 dead letters sent back\n');
        await letters.count(before + 3);
        await hears(userId, ADDED);
        const marker = uuidv7();
        await product.bus.publish([{ ...good, value: marker }]);
        await letters.count(before + 4);
        expect(letters.handled.at(-1)?.value).toBe(marker);

        expect(summaryOf(userId)).toEqual([ADDED]);
        const { items } = await admin.send<{ items: unknown[] }>('GET', `/admin/audit?user_id=${userId}`);
        expect(items).toHaveLength(1);
      });
    });
  });
});
