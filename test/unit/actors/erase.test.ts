import { beforeEach, describe, expect, it } from '@jest/globals';
import { NOTHING_HELD } from '../../../actors/session.ts';
import { key } from './play.ts';
import { beatOf, endOf, startOf, TestBed, type TestNode } from './test-bed.ts';

const USER = key('user');
const OTHER = key('other');
const DONE = { kind: 'reply', reply: { kind: 'done' } };

let bed: TestBed;
let node: TestNode;
beforeEach(async () => {
  bed = new TestBed();
  node = await bed.serving('a');
  node.ask(USER, startOf('mine'));
  node.ask(OTHER, startOf('theirs'));
  await bed.time.advance(50);
});

describe('erasing a user', () => {
  it('leaves nothing in memory and nothing in the checkpoint store', async () => {
    const erased = node.ask(USER, { kind: 'erase' });
    await bed.time.advance(50);
    expect(erased.answer).toEqual(DONE);
    expect(node.host.peek(USER)).toEqual(NOTHING_HELD);
    expect(bed.commits.at(-1)).toMatchObject({ puts: [], removes: [USER] });
  });

  it('leaves everybody else alone', async () => {
    node.ask(USER, { kind: 'erase' });
    await bed.time.advance(50);
    const beat = node.ask(OTHER, beatOf('theirs', 1));
    await bed.time.advance(50);
    expect(beat.answer).toMatchObject({ kind: 'reply', reply: { kind: 'session', outcome: 'accepted' } });
  });

  it('makes the next heartbeat of the launcher one of an unknown session', async () => {
    node.ask(USER, { kind: 'erase' });
    const beat = node.ask(USER, beatOf('mine', 1));
    await bed.time.advance(50);
    expect(beat.answer).toMatchObject({ kind: 'reply', reply: { kind: 'refused', reason: 'session_unknown' } });
  });

  it('writes nothing of the user to PostgreSQL from then on', async () => {
    bed.databaseWire.faults.down = true;
    node.ask(USER, endOf('mine', 1));
    await bed.time.advance(1_000);
    const erased = node.ask(USER, { kind: 'erase' });
    await bed.time.advance(5_000);
    expect(erased.answer).toEqual(DONE);
    bed.databaseWire.faults.down = false;
    await bed.time.advance(300_000);
    expect([...bed.database.rows.values()].map(({ userId }) => userId)).toEqual([OTHER]);
  });

  it('answers only when what was on its way to PostgreSQL has arrived', async () => {
    bed.databaseWire.faults.lost = 1;
    node.ask(USER, endOf('mine', 1));
    await bed.time.advance(300); // the batch has left, and waits for its answer for a second
    const erased = node.ask(USER, { kind: 'erase' });
    await bed.time.advance(500);
    expect(erased.answer).toBeNull();
    await bed.time.advance(600);
    expect(erased.answer).toEqual(DONE);
  });
});
