import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer, Envelope } from '../../../actors/envelope.ts';
import type { Command } from '../../../actors/messages.ts';
import type { TurnTracing } from '../../../actors/turn-tracing.ts';
import { key } from './play.ts';
import { beatOf, endOf, startOf, TestBed, type TestNode } from './test-bed.ts';

const USER = key('user');

let bed: TestBed;
let seen: string[];
let tracing: TurnTracing;

beforeEach(() => {
  bed = new TestBed();
  seen = [];
  let flushes = 0;
  tracing = {
    turn(trace, command, shard) {
      seen.push(`${trace}: turn ${command} in ${shard}`);
      return {
        committing: () => void seen.push(`${trace}: committing`),
        committed: (applied) => void seen.push(`${trace}: committed ${applied}`),
        answered: (answer) => void seen.push(`${trace}: answered ${answer}`),
        flushing() {
          flushes += 1;
          const flush = `${trace} flush ${flushes}`;
          seen.push(`${flush}: begun`);
          return {
            trace: flush,
            ended: (error) => void seen.push(`${flush}: ${error === undefined ? 'done' : 'failed'}`),
          };
        },
      };
    },
  };
});

const serving = (): Promise<TestNode> => bed.serving('a', {}, { tracing });

function ask({ host, process }: TestNode, command: Command, trace?: string): void {
  const envelope: Envelope = {
    user: USER,
    command,
    deadline: bed.time.now + 5_000,
    ...(trace === undefined ? {} : { trace }),
  };
  process.run(() => void host.deliver([envelope]).then((_answers: readonly Answer[]) => undefined));
}

describe('a command whose envelope carries a trace', () => {
  it('is seen from its turn over the commit to its answer', async () => {
    const node = await serving();
    ask(node, startOf('one'), 't');
    await bed.time.advance(100);
    expect(seen).toEqual(['t: turn start in 0', 't: committing', 't: committed true', 't: answered reply']);
  });

  it('is seen on its way to PostgreSQL, and what is told there goes back to it', async () => {
    const node = await serving();
    ask(node, startOf('one'));
    await bed.time.advance(100);
    ask(node, endOf('one', 1), 't');
    await bed.time.advance(1_000);
    expect(seen.slice(-2)).toEqual(['t flush 1: begun', 't flush 1: done']);
    expect([...bed.database.traces]).toEqual([[USER, 't flush 1']]);
  });

  it('is seen again when PostgreSQL did not take it', async () => {
    const node = await serving();
    ask(node, startOf('one'));
    await bed.time.advance(100);
    bed.databaseWire.faults.lost = 1;
    ask(node, endOf('one', 1), 't');
    await bed.time.advance(1_500);
    expect(seen.slice(4)).toEqual(['t flush 1: begun', 't flush 1: failed', 't flush 2: begun']);
    bed.databaseWire.faults.lost = 0;
    await bed.time.advance(10_000);
    expect(seen.slice(-1)).toEqual([expect.stringMatching(/^t flush \d+: done$/)]);
  });

  it('is seen to have an unknown outcome when the store does not answer', async () => {
    const node = await serving();
    bed.storeWire.faults.lost = 1;
    ask(node, startOf('one'), 't');
    await bed.time.advance(1_100);
    expect(seen).toEqual(['t: turn start in 0', 't: committing', 't: committed null', 't: answered unavailable']);
  });

  it('is the only one that is seen, of all that go with the same commit', async () => {
    const node = await serving();
    ask(node, startOf('one'));
    ask(node, beatOf('one', 1), 't');
    ask(node, beatOf('one', 2));
    await bed.time.advance(100);
    expect(seen).toEqual(['t: turn heartbeat in 0', 't: committing', 't: committed true', 't: answered reply']);
  });
});
