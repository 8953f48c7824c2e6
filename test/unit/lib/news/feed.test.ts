import { describe, expect, it } from '@jest/globals';
import { SimulatedLauncher } from './simulated-launcher.ts';
import { shardOf, SimulatedNewsroom } from './simulated-newsroom.ts';
import { uuidToKey, type UuidKey } from '../../../../lib/uuid.ts';

const ANN = userKey(1);
const BEN = userKey(2);

function userKey(n: number): UuidKey {
  return uuidToKey(`0198f2b4-0a00-7000-8000-0000000000${String(n).padStart(2, '0')}`)!;
}

function bench() {
  const room = new SimulatedNewsroom();
  const feed = room.gateway('gateway-0');
  const launcher = (user: UuidKey = ANN): SimulatedLauncher => new SimulatedLauncher(user, () => room.time.now);
  const connect = async (...launchers: readonly SimulatedLauncher[]): Promise<void> => {
    const connected = Promise.all(launchers.map((each) => each.connect(feed)));
    await room.time.advance(100);
    await connected;
  };
  const happen = (user: UuidKey = ANN): number => room.happen(user, 'library.updated', {});
  return { room, feed, launcher, connect, happen };
}

describe('the feed of news', () => {
  it('tells a launcher what happens from the moment it follows, and nothing of before', async () => {
    const { room, launcher, connect, happen } = bench();
    const before = happen();
    const ann = launcher();
    await connect(ann);
    const after = happen();
    await room.time.advance(100);
    expect(ann.numbers).toEqual([after]);
    expect(ann.begun).toMatchObject({ number: before, heard: [] });
    expect(ann.position).toMatchObject({ number: after, heard: [] });
  });

  it('tells every launcher of the user, and nobody else', async () => {
    const { room, launcher, connect, happen } = bench();
    const [one, two, other] = [launcher(), launcher(), launcher(BEN)];
    await connect(one, two, other);
    const number = happen();
    await room.time.advance(100);
    expect([one.numbers, two.numbers, other.numbers]).toEqual([[number], [number], []]);
  });

  it('replays what was missed to a launcher that comes back, once and before what happens then', async () => {
    const { room, launcher, connect, happen } = bench();
    const ann = launcher();
    await connect(ann);
    const first = happen();
    await room.time.advance(100);
    ann.disconnect();
    const missed = [happen(), happen()];
    await room.time.advance(60_000);
    await connect(ann);
    const last = happen();
    await room.time.advance(100);
    expect(ann.numbers).toEqual([first, ...missed, last]);
  });

  it('misses nothing that happens while it is still reading what was missed', async () => {
    const { room, launcher, feed, happen } = bench();
    const other = launcher();
    const ann = launcher();
    const both = Promise.all([other.connect(feed), ann.connect(feed)]);
    const numbers: number[] = [];
    for (let ms = 0; ms < 60; ms += 1) {
      await room.time.advance(1);
      if (ann.begun !== null) numbers.push(happen());
      else happen();
    }
    await both;
    ann.disconnect();
    const again = ann.connect(feed);
    for (let ms = 0; ms < 60; ms += 1) {
      numbers.push(happen());
      await room.time.advance(1);
    }
    await again;
    await room.time.advance(100);
    expect(ann.numbers.filter((number) => number! >= numbers[0]!)).toEqual(numbers);
    expect(new Set(ann.numbers).size).toBe(ann.numbers.length);
  });

  it('says reset to a launcher that was away for more than five minutes', async () => {
    const { room, launcher, connect, happen } = bench();
    const ann = launcher();
    await connect(ann);
    ann.disconnect();
    happen();
    await room.time.advance(301_000);
    await connect(ann);
    expect(ann.resets).toBe(1);
    const number = happen();
    await room.time.advance(100);
    expect(ann.numbers).toEqual([number]);
  });

  it('gives every launcher a fresh position about once a minute, so that even a quiet one can always come back', async () => {
    const { room, launcher, connect, happen } = bench();
    const ann = launcher();
    await connect(ann);
    happen();
    for (let minutes = 0; minutes < 30; minutes += 1) {
      await room.time.advance(60_000);
      expect(room.time.now - ann.position!.at).toBeLessThan(63_000);
    }
    ann.disconnect();
    const missed = happen();
    await room.time.advance(200_000);
    await connect(ann);
    expect(ann.resets).toBe(0);
    expect(ann.numbers).toContain(missed);
  });

  it('finds with a sweep what no push has brought', async () => {
    const { room, launcher, connect, happen } = bench();
    const ann = launcher();
    await connect(ann);
    room.faults.lostPush = 1;
    const lost = happen();
    await room.time.advance(1_000);
    expect(ann.numbers).toEqual([]);
    await room.time.advance(62_000);
    expect(ann.numbers).toEqual([lost]);
    expect(room.counted).toMatchObject({ found: 1 });
  });

  it('reads the log at once when a push shows that one before it was lost', async () => {
    const { room, launcher, connect, happen } = bench();
    const ann = launcher();
    await connect(ann);
    room.faults.lostPush = 1;
    const lost = happen();
    room.faults.lostPush = 0;
    const pushed = happen();
    await room.time.advance(100);
    expect(ann.numbers).toEqual([lost, pushed]);
    expect(room.counted).toMatchObject({ gap: 1, found: 2 });
  });

  it('attends again where a shard went, and misses nothing that was told in between', async () => {
    const { room, launcher, connect, happen } = bench();
    const ann = launcher();
    await connect(ann);
    room.move(shardOf(ANN));
    const between = happen();
    await room.time.advance(200);
    const after = happen();
    await room.time.advance(100);
    expect(ann.numbers).toEqual([between, after]);
  });

  it('notices by itself that a shard went, when nobody says so', async () => {
    const { room, feed, launcher, connect, happen } = bench();
    const ann = launcher();
    await connect(ann);
    room.move(shardOf(ANN), false);
    const between = happen();
    feed.lookAgain();
    await room.time.advance(200);
    const after = happen();
    await room.time.advance(100);
    expect(ann.numbers).toEqual([between, after]);
  });

  it('follows without the engine, by sweeps, and attends when the engine is back', async () => {
    const { room, feed, launcher, connect, happen } = bench();
    const warm = launcher(BEN);
    await connect(warm);
    room.faults.noAnswer = 1;
    const ann = launcher();
    const connecting = ann.connect(feed);
    room.faults.noAnswer = 0;
    await room.time.advance(2_100);
    await connecting;
    expect(room.attends(ANN)).toEqual([]);
    const unheard = happen();
    await room.time.advance(8_000);
    expect(room.attends(ANN)).toEqual(['gateway-0']);
    expect(ann.numbers).toEqual([unheard]);
  });

  it('refuses to follow while the log cannot be read, and keeps nothing of the attempt', async () => {
    const { room, feed, launcher } = bench();
    room.faults.noAnswer = 1;
    const refused = expect(launcher().connect(feed)).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    await room.time.advance(10_000);
    await refused;
    expect(feed.users).toBe(0);
  });

  it('stays known to the actor while anybody follows, and leaves when the last one has been gone for a while', async () => {
    const { room, feed, launcher, connect } = bench();
    const [one, two] = [launcher(), launcher()];
    await connect(one, two);
    await room.time.advance(300_000);
    expect(room.attends(ANN)).toEqual(['gateway-0']);
    one.disconnect();
    await room.time.advance(60_000);
    expect(room.attends(ANN)).toEqual(['gateway-0']);
    two.disconnect();
    await room.time.advance(10_000);
    expect(room.attends(ANN)).toEqual([]);
    expect(feed.users).toBe(0);
  });

  it('tells reset when it was itself cut off from the log for too long', async () => {
    const { room, launcher, connect, happen } = bench();
    const ann = launcher();
    await connect(ann);
    Object.assign(room.faults, { noAnswer: 1, lostPush: 1 });
    happen();
    await room.time.advance(400_000);
    Object.assign(room.faults, { noAnswer: 0, lostPush: 0 });
    await room.time.advance(70_000);
    expect(ann.resets).toBe(1);
    const number = happen();
    await room.time.advance(100);
    expect(ann.numbers).toEqual([number]);
  });

  it('has nothing left to tell of a user who was erased', async () => {
    const { room, launcher, connect, happen } = bench();
    const ann = launcher();
    await connect(ann);
    ann.disconnect();
    happen();
    room.erase(ANN);
    await connect(ann);
    await room.time.advance(120_000);
    expect(ann.numbers).toEqual([]);
  });

  it('passes on at once what has no number, and never replays it', async () => {
    const { room, launcher, connect } = bench();
    const ann = launcher();
    await connect(ann);
    room.tell(ANN, [{ number: null, after: null, at: room.time.now, event: 'playtime.warning', data: {} }]);
    await room.time.advance(100);
    ann.disconnect();
    await connect(ann);
    expect(ann.numbers).toEqual([null]);
  });

  it('asks the log for hundreds of users at once, and spreads its questions over the minute', async () => {
    const { room, launcher, connect } = bench();
    const users = Array.from({ length: 90 }, (_, n) => launcher(userKey(n + 1)));
    await connect(...users);
    const { questions, reads } = room.counted;
    expect(questions).toBe(90);
    expect(reads).toBeLessThan(60);
    await room.time.advance(300_000);
    expect(room.counted.questions - questions).toBeGreaterThanOrEqual(90 * 4);
    expect(room.counted.questions - questions).toBeLessThanOrEqual(90 * 5);
  });
});
