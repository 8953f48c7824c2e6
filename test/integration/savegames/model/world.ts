import assert from 'node:assert/strict';
import { configFrom } from '../../../../lib/config/load.ts';
import type { Database } from '../../../../lib/db/database.ts';
import { LibraryError } from '../../../../lib/errors.ts';
import type { SaveRules } from '../../../../lib/savegames/account.ts';
import { SWEEP_LIMITS } from '../../../../lib/savegames/sweep/sweep-context.ts';
import { sweepSaves } from '../../../../lib/savegames/sweep/sweep.ts';
import { DAY_MS } from '../../../../lib/playtime/days.ts';
import { TEST_NOW } from '../../../databases.ts';
import { MemorySaveStore, type Sent } from '../../../memory-save-store.ts';
import { plainOf } from '../../../saver.ts';
import { askService, type Answer, type AskContext } from './ask-service.ts';
import { dying, type Crash } from './faults.ts';
import { mustHold, mustHoldAfterSweeps } from './invariants.ts';
import type { Operation, Outcome } from './operation.ts';
import { play } from './play.ts';
import { adoptSweep, mustBeSwept, reconcile } from './reconcile.ts';
import {
  copyOfModel,
  isKept,
  isPlaceholder,
  newModel,
  type ModelRules,
  type ModelUpload,
  type SavesModel,
} from './saves-model.ts';
import { takeSnapshot, type Snapshot } from './snapshot.ts';

const MiB = 1024 ** 2;
const ORIGIN = 'http://localhost:8080';

/** A user's saves as the service keeps them, and as the model says they are. After every step the two are compared. */
export class World {
  now = TEST_NOW;
  readonly store = new MemorySaveStore({ now: () => this.now });
  /** PUTs whose bytes are still on their way. */
  readonly onTheirWay: (() => Sent)[] = [];
  /** What the store has lost, and what brings it back. */
  readonly lost = new Map<string, () => void>();
  model: SavesModel;
  seen: Snapshot | null = null;
  readonly #database: Database;
  readonly #who: Pick<AskContext, 'userId' | 'gameId'>;
  readonly #rules: SaveRules;

  constructor(database: Database, who: Pick<AskContext, 'userId' | 'gameId'>) {
    this.#database = database;
    this.#who = who;
    this.#rules = { ...configFrom('', {}).saves, keepVersions: 2, quotaBytes: 200 * MiB };
    this.model = newModel(this.#rules.keepVersions);
  }

  get rules(): ModelRules {
    const { quotaBytes, uploadTtlSeconds, sideRetentionDays, deletedRetentionDays } = this.#rules;
    return {
      quotaBytes,
      uploadTtlMs: uploadTtlSeconds * 1000,
      sideRetentionMs: sideRetentionDays * DAY_MS,
      deletedRetentionMs: deletedRetentionDays * DAY_MS,
    };
  }

  /** Asks for it. Null when the service died first: it was done then, or it was not. */
  async ask(operation: Operation, crash: Crash | null = null): Promise<Answer | null> {
    this.now += 1000;
    const before = this.model;
    const after = copyOfModel(before);
    const expected = this.#play(after, operation);
    const { result, died } = await dying(this.#database, this.store, crash, (database) =>
      askService(this.#context(database), operation),
    );
    const seen = await this.#look();
    if (died && result === null) {
      this.model = this.#either(seen, [after, before]);
    } else {
      const answer = result ?? assert.fail('no answer');
      assert.deepEqual(known(answer.outcome, expected), expected, 'answer');
      this.model = after;
      reconcile(after, seen, this.now, this.rules);
    }
    this.#settle(seen);
    if (result !== null) this.#mustDownload(result);
    return result;
  }

  /** Asks for two things at once: it must be as if one had come after the other. */
  async askAtOnce(one: Operation, other: Operation): Promise<readonly (Answer | null)[]> {
    this.now += 1000;
    const asked = await Promise.allSettled(
      [one, other].map((operation) => askService(this.#context(this.#database), operation)),
    );
    const answers = asked.map((ask) => (ask.status === 'fulfilled' ? ask.value : toBeRepeated(ask.reason)));
    const seen = await this.#look();
    const failures: unknown[] = [];
    for (const { order, trimmed } of ORDERS) {
      const model = copyOfModel(this.model);
      try {
        for (const at of order) {
          const heads = headsOf(model);
          const expected = this.#play(model, [one, other][at]!);
          const outcome = answers[at]?.outcome;
          if (outcome !== undefined) assert.deepEqual(known(outcome, expected), expected, 'answer');
          if (outcome !== undefined && 'upload' in outcome) bind(model, expected, outcome.upload);
          if (trimmed && at === order[0]) trimMoved(model, heads, this.now, this.rules);
        }
        reconcile(model, seen, this.now, this.rules);
        this.model = model;
        this.#settle(seen);
        return answers;
      } catch (error) {
        failures.push(error);
      }
    }
    throw new AggregateError(failures, `as in no order: ${JSON.stringify([one, other])}`);
  }

  /** Rounds of the sweep; the last of them dies if told to. */
  async sweep(rounds: number, crash: Crash | null): Promise<void> {
    for (let round = 1; round <= rounds; round += 1) {
      this.now += 1000;
      let failures = 0;
      const { died } = await dying(this.#database, this.store, round === rounds ? crash : null, async ({ db }) => {
        const { store, now } = this;
        const failed = (): void => void (failures += 1);
        await sweepSaves({ db, store, now, rules: this.#rules, limits: { ...SWEEP_LIMITS, strayMs: 0 }, failed });
      });
      assert(died || failures === 0, 'a sweep failed');
      const seen = await this.#look();
      adoptSweep(this.model, seen, this.now);
      reconcile(this.model, seen, this.now, this.rules);
      if (!died) mustBeSwept(this.model, this.now, this.rules);
      this.#settle(seen);
      if (!died && round >= 2) await mustHoldAfterSweeps(this.store, seen, this.now);
    }
  }

  #play(model: SavesModel, operation: Operation): Outcome {
    const { now, rules, store, seen } = this;
    const isStored = ({ id, content }: ModelUpload): boolean => {
      const partsId = seen?.uploads.find((upload) => upload.id === id)?.partsId ?? null;
      const parts = partsId === null ? 0 : store.partsThere(partsId);
      return store.contentOf(id) !== null || (parts > 0 && parts === content.partSha256?.length);
    };
    return play({ model, now, rules, isStored }, operation);
  }

  #either(seen: Snapshot, models: readonly SavesModel[]): SavesModel {
    const failures: unknown[] = [];
    for (const model of models) {
      try {
        reconcile(model, seen, this.now, this.rules);
        return model;
      } catch (error) {
        failures.push(error);
      }
    }
    throw new AggregateError(failures, 'neither done nor not done');
  }

  #settle(seen: Snapshot): void {
    mustHold({ before: this.seen, seen, store: this.store, lost: this.lost, quotaBytes: this.#rules.quotaBytes });
    this.seen = seen;
  }

  #mustDownload({ get, outcome }: Answer): void {
    if (get === undefined || !('sha256' in outcome)) return;
    const { status, content } = this.store.send({ ...get, expiresAt: 0 });
    if (status === 404 && this.lost.size > 0) return;
    assert.equal(status, 200);
    assert.equal(content?.sha256, outcome.sha256, 'downloaded');
  }

  #look(): Promise<Snapshot> {
    return takeSnapshot(this.#database, this.#who.userId, this.now);
  }

  #context(database: Pick<Database, 'db' | 'executor'>): AskContext {
    const { now, store } = this;
    const actor = { held: () => Promise.resolve([]) };
    const caller = { userId: this.#who.userId, roles: ['user'] as const };
    return {
      ...this.#who,
      ...database,
      plain: plainOf(database.executor),
      now,
      store,
      rules: this.#rules,
      actor,
      caller,
      origin: ORIGIN,
    };
  }
}

/** No answer, to a device that announces a save in parts twice at once. Any other error is one. */
function toBeRepeated(error: unknown): null {
  if (error instanceof LibraryError && error.type === 'UNAVAILABLE') return null;
  throw error;
}

/** Whether the first one trimmed its slot before the second came. */
const ORDERS = [false, true].flatMap((trimmed) => [
  { order: [0, 1], trimmed },
  { order: [1, 0], trimmed },
]);

function headsOf({ slots }: SavesModel): ReadonlyMap<string, number | null> {
  return new Map([...slots].map(([name, { head }]) => [name, head]));
}

/** What nothing keeps is gone from the slots whose head moved. */
function trimMoved(model: SavesModel, heads: ReadonlyMap<string, number | null>, now: number, rules: ModelRules): void {
  for (const [name, slot] of model.slots) {
    if (slot.head === (heads.get(name) ?? null)) continue;
    const gone = [...slot.versions.values()].filter((version) => !isKept(model, slot, version, now, rules));
    for (const { version } of gone) slot.versions.delete(version);
  }
}

/** An id that the service made up is what the model has a placeholder for. */
function known(outcome: Outcome, expected: Outcome): Outcome {
  const isNew = 'upload' in outcome && 'upload' in expected && isPlaceholder(expected.upload);
  return isNew ? expected : outcome;
}

function bind(model: SavesModel, expected: Outcome, id: string): void {
  if (!('upload' in expected)) return;
  for (const upload of model.uploads.values()) if (upload.id === expected.upload) upload.id = id;
}
