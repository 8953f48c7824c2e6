import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openErasableNode, type ErasableNode } from './erasable-node.ts';
import { describeWithServers } from '../../servers.ts';

const START_MS = 60_000;

/** Without the places that change by themselves, as sessions are flushed and events carried on. */
function lasting(traces: readonly string[]): readonly string[] {
  return traces.filter((place) => !/^(playtime_|play_reviews|checkpoint_|outbox_|bus_|redis)/.test(place));
}

function suite(open: () => Promise<ErasableNode>): void {
  let node: ErasableNode;
  beforeAll(async () => {
    node = await open();
  }, START_MS);
  afterAll(() => node.close(), START_MS);

  it(
    'leaves nothing of a user who had everything, anywhere, but what belongs to others',
    async () => {
      const user = await node.userWithEverything();
      const other = await node.userWithEverything();
      const before = await node.traces(user);
      expect(before).toEqual(
        expect.arrayContaining(node.expectedTraces.map((place) => expect.stringContaining(place) as unknown)),
      );
      const ofOther = lasting(await node.traces(other));

      await node.deleteAccount(user);
      // Until the second pass, the list of what is to be erased is the one place that knows the user.
      expect(await node.traces(user)).toEqual(['erasures: 1']);
      await node.finish();
      expect(await node.traces(user)).toEqual([]);
      expect(lasting(await node.traces(other))).toEqual(ofOther);
      expect(node.files(user)).toBeGreaterThan(0);
      await node.sweepSaves();
      expect([node.files(user), node.files(other)]).toEqual([0, 4]);
      expect(await node.recount()).toEqual(await node.counters());
    },
    START_MS,
  );

  it(
    'takes nothing more in of the user, by any way',
    async () => {
      const user = await node.userWithEverything();
      await node.deleteAccount(user);
      expect(await node.lateRequests(user)).toEqual(node.lateAnswers);
      await node.latePurchase(user);
      await node.finish();
      // A token may live on for longer than the account.
      expect(await node.lateRequests(user)).toEqual(node.lateAnswers);
      expect(await node.traces(user)).toEqual([]);
    },
    START_MS,
  );
}

describe('erasing a user, on embedded parts', () => suite(() => openErasableNode(null)));

describeWithServers(['PostgreSQL', 'Redis'], 'erasing a user, on PostgreSQL and Redis', (addresses) => {
  suite(() => openErasableNode(addresses));
});
