import { describe, expect, it } from '@jest/globals';
import type { Answer, Envelope } from '../../../actors/envelope.ts';
import type { Command, SessionReply } from '../../../actors/messages.ts';
import type { ShardHost } from '../../../actors/shard-host.ts';
import { mustUuidKey, type UuidKey } from '../../../lib/uuid.ts';
import { KEPT_TURNS, TurnWatch, WATCHED_USERS } from '../../../services/turn-watch.ts';

const SESSION_ID = '0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21';
const SESSION = mustUuidKey(SESSION_ID);
const GAME = mustUuidKey('0198f2b4-0b00-7000-8000-000000000001');
const userOf = (number: number): UuidKey => mustUuidKey(`0198f2b4-0a00-7000-8000-${String(number).padStart(12, '0')}`);
const USER = userOf(1);

function watching() {
  let now = 1_000;
  const session = { id: SESSION, credit: 10_000 };
  const host = { peek: () => ({ sessions: [session] }) } as unknown as Pick<ShardHost, 'peek'>;
  const watch = new TurnWatch(host, { now: () => now, after: () => () => undefined });
  const turn = (command: Command, answer: Answer, user = USER): void => {
    const envelopes: Envelope[] = [{ user, command, deadline: Infinity }];
    const arrived = watch.arrived(envelopes);
    now += 3;
    if (arrived !== null) watch.answered(arrived, envelopes, [answer]);
  };
  return { watch, turn, pass: (ms: number) => (now += ms) };
}

const beat = (seq: number, activeMs: number | null = null): Command => ({
  kind: 'heartbeat',
  sessionId: SESSION,
  seq,
  activeMs,
});
function accepted(seq: number, creditedMs: number, outcome: SessionReply['outcome'] = 'accepted'): Answer {
  const session = {
    sessionId: SESSION,
    gameId: GAME,
    deviceId: GAME,
    startedAt: 0,
    lastBeatAt: 0,
    seq,
    creditedMs,
    firstDay: 0,
    msByDay: [creditedMs],
    totalMs: creditedMs,
    ended: null,
    endsAt: null,
  };
  return { kind: 'reply', reply: { kind: 'session', session, outcome, superseded: null } };
}

describe('an engine whose user is watched', () => {
  it('remembers each command with what it added, how long it waited and what came of it', () => {
    const { watch, turn } = watching();
    const { watch: id } = watch.turns(USER, null, 0);
    turn(beat(1), accepted(1, 60_000));
    turn(beat(2), accepted(2, 110_000));
    turn(beat(2), accepted(2, 110_000));
    turn(beat(1), accepted(2, 110_000, 'ignored'));
    turn(beat(3), { kind: 'reply', reply: { kind: 'refused', reason: 'session_ended', session: null } });
    turn(beat(3), { kind: 'unavailable', reason: 'the mailbox is full' });
    const { turns, lost } = watch.turns(USER, id, 0);
    expect(lost).toBe(0);
    expect(turns.map(({ seq, outcome, creditedMs, addedMs }) => [seq, outcome, creditedMs, addedMs])).toEqual([
      [1, 'ok', 60_000, 50_000],
      [2, 'ok', 110_000, 50_000],
      [2, 'ok', 110_000, 0],
      [1, 'ignored', 110_000, 0],
      [3, 'session_ended', null, null],
      [3, 'unavailable', null, null],
    ]);
    expect(turns[1]).toMatchObject({ command: 'heartbeat', sessionId: SESSION_ID, at: 1_003, waitedMs: 3 });
  });

  it('remembers what the launcher counted, where it counts', () => {
    const { watch, turn } = watching();
    const { watch: id } = watch.turns(USER, null, 0);
    turn(beat(1, 40_000), accepted(1, 50_000));
    turn(beat(2), accepted(2, 60_000));
    turn({ kind: 'held' }, { kind: 'unavailable', reason: 'the mailbox is full' });
    expect(watch.turns(USER, id, 0).turns.map(({ activeMs }) => activeMs)).toEqual([40_000, null, null]);
  });

  it('pays nothing, and keeps nothing, for users whom nobody watches', () => {
    const { watch, turn } = watching();
    expect(watch.arrived([{ user: USER, command: beat(1), deadline: Infinity }])).toBeNull();
    const { watch: id } = watch.turns(USER, null, 0);
    turn(beat(1), accepted(1, 1), userOf(2));
    expect(watch.turns(USER, id, 0).turns).toEqual([]);
  });

  it('keeps the latest turns, and says how many are gone', () => {
    const { watch, turn } = watching();
    const { watch: id } = watch.turns(USER, null, 0);
    for (let seq = 1; seq <= KEPT_TURNS + 10; seq += 1) turn(beat(seq), accepted(seq, seq));
    const { turns, lost } = watch.turns(USER, id, 3);
    expect([turns.length, lost, turns[0]?.number]).toEqual([KEPT_TURNS, 7, 11]);
  });

  it('forgets who is not asked for any more', () => {
    const { watch, turn, pass } = watching();
    const { watch: id } = watch.turns(USER, null, 0);
    pass(30_000);
    turn(beat(1), accepted(1, 1));
    expect(watch.size).toBe(0);
    expect(watch.turns(USER, id, 0).watch).not.toBe(id);
  });

  it('watches no more than so many, and gives up whom nobody has asked for the longest', () => {
    const { watch, pass } = watching();
    for (let number = 1; number <= WATCHED_USERS; number += 1) watch.turns(userOf(number), null, 0);
    pass(1);
    const { watch: id } = watch.turns(USER, null, 0);
    watch.turns(userOf(1_000), null, 0);
    expect(watch.size).toBe(WATCHED_USERS);
    expect(watch.turns(USER, id, 0).watch).toBe(id);
  });
});
