import type { Database } from '../../../../lib/db/database.ts';
import type { Action, AtOnce, Place } from './action.ts';
import type { AskContext } from './ask-service.ts';
import { contentNumber } from './content.ts';
import type { Crash } from './faults.ts';
import { Launcher } from './launcher.ts';
import type { Operation } from './operation.ts';
import { headOf, isOpen } from './saves-model.ts';
import { World } from './world.ts';
import { id } from '../../../playtime-rows.ts';

const SLOTS = ['a', 'b'] as const;
const DEVICES = [0, 1, 2] as const;

/** Walks through the actions, step by step, and compares after each. */
export async function walk(
  database: Database,
  who: Pick<AskContext, 'userId' | 'gameId'>,
  actions: readonly Action[],
): Promise<void> {
  const walker = new Walker(new World(database, who));
  for (const action of actions) await walker.take(action);
  await walker.comeToRest();
}

class Walker {
  readonly #world: World;
  readonly #launchers = new Map<string, Launcher>();

  constructor(world: World) {
    this.#world = world;
  }

  async take(action: Action): Promise<void> {
    const world = this.#world;
    switch (action.do) {
      case 'edit':
        this.#at(action.at).content = contentNumber(action.content);
        return;
      case 'sync':
        if (action.content !== null) this.#at(action.at).content = contentNumber(action.content);
        return this.#sync(this.#at(action.at), action.side, action.crash);
      case 'put':
        return this.#put(this.#at(action.at), action.how);
      case 'arrive':
        for (const arrive of world.onTheirWay.splice(0)) arrive();
        return;
      case 'adopt':
        return this.#adopt(this.#at(action.at));
      case 'rebase':
        this.#at(action.at).base = world.model.slots.get(this.#at(action.at).slot)?.head ?? null;
        return;
      case 'forget base':
        this.#at(action.at).base = null;
        return;
      case 'download': {
        const slot = SLOTS[action.slot % SLOTS.length]!;
        const versions = [...(world.model.slots.get(slot)?.versions.keys() ?? [])];
        await world.ask({ kind: 'download', slot, version: versions[action.version % versions.length] ?? null });
        return;
      }
      case 'at once': {
        for (const asked of [action.one, action.other]) {
          if (asked.do === 'confirm' && asked.send) this.#put(this.#at(asked.at), 'whole');
        }
        const [one, other] = [this.#operation(action.one), this.#operation(action.other)];
        if (one === null || other === null) return;
        const answers = await world.askAtOnce(one, other);
        [action.one, action.other].forEach((asked, n) => {
          if ('at' in asked) this.#at(asked.at).learn([one, other][n]!, answers[n] ?? null);
        });
        return;
      }
      case 'race':
        return this.#race(action);
      case 'settings':
        await world.ask({ kind: 'settings', enabled: action.enabled, keepVersions: action.keepVersions });
        return;
      case 'sweep':
        return world.sweep(action.rounds, action.crash);
      case 'wait':
        world.now += action.ms;
        return action.swept ? world.sweep(1, null) : undefined;
      case 'lose':
        this.#lose(action.object);
        return action.swept ? world.sweep(1, null) : undefined;
      case 'find again':
        for (const findAgain of world.lost.values()) findAgain();
        world.lost.clear();
        return;
      case 'confirm':
        if (action.send) this.#put(this.#at(action.at), 'whole');
        return this.#ask(action);
      default:
        return this.#ask(action);
    }
  }

  /** Everything that is under way ends, everything that was kept for a time has had its time, and all is swept. */
  async comeToRest(): Promise<void> {
    await this.take({ do: 'find again' });
    await this.take({ do: 'arrive' });
    for (const [slot, { versions }] of this.#world.model.slots) {
      for (const version of versions.keys()) await this.#world.ask({ kind: 'download', slot, version });
    }
    for (let n = 0; n < 2; n += 1) {
      this.#world.now += 31 * 86_400_000;
      await this.#world.sweep(2, null);
    }
  }

  /** Once more when the answer was lost, as launchers do. */
  async #ask(action: Exclude<Action, { do: 'at once' }> & { readonly crash: Crash | null }): Promise<void> {
    const operation = this.#operation(action);
    if (operation === null) return;
    const answer = (await this.#world.ask(operation, action.crash)) ?? (await this.#world.ask(operation));
    if ('at' in action) this.#at(action.at).learn(operation, answer);
  }

  async #sync(launcher: Launcher, side: boolean, crash: Crash | null): Promise<void> {
    const { store } = this.#world;
    const announcement = launcher.announcement(side);
    const announced =
      (await this.#world.ask(announcement, crash)) ?? (await this.#world.ask(launcher.announcement(side)));
    launcher.learn(announcement, announced);
    if (announced?.upload === undefined) return;
    for (const arrive of launcher.send(store, false)) arrive();
    const confirmation = { kind: 'confirm', uploadId: announced.upload.upload_id } as const;
    const confirmed = (await this.#world.ask(confirmation, crash)) ?? (await this.#world.ask(confirmation));
    launcher.learn(confirmation, confirmed);
  }

  async #race({ slot, content, meet, crash }: Extract<Action, { do: 'race' }>): Promise<void> {
    const launchers = DEVICES.map((device) => this.#at({ device, slot }));
    for (const [n, launcher] of launchers.entries()) {
      launcher.base = this.#world.model.slots.get(launcher.slot)?.head ?? null;
      // The last one has what one of the others has.
      launcher.content = contentNumber(content + (n === 2 ? content % 2 : n));
      const announcement = launcher.announcement(false);
      launcher.learn(announcement, await this.#world.ask(announcement));
    }
    for (const launcher of launchers) this.#put(launcher, 'whole');
    const confirmations = DEVICES.map(
      (device) => ({ do: 'confirm', at: { device, slot }, send: false, crash }) as const,
    );
    if (meet) await this.take({ do: 'at once', one: confirmations[0]!, other: confirmations[1]! });
    for (const confirmation of confirmations.slice(meet ? 2 : 0)) await this.#ask(confirmation);
  }

  #put(launcher: Launcher, how: 'whole' | 'cut' | 'slow'): void {
    const arriving = launcher.send(this.#world.store, how === 'cut');
    if (how === 'slow') this.#world.onTheirWay.push(...arriving);
    else for (const arrive of arriving) arrive();
  }

  async #adopt(launcher: Launcher): Promise<void> {
    const head = headOf(this.#world.model.slots.get(launcher.slot));
    const answer = await this.#world.ask({ kind: 'download', slot: launcher.slot, version: null });
    if (head === null || answer === null || !('sha256' in answer.outcome)) return;
    launcher.content = head.content;
    launcher.base = head.version;
  }

  #lose(n: number): void {
    const { store, lost } = this.#world;
    const objectId = store.ids()[n];
    if (objectId !== undefined) lost.set(objectId, store.lose(objectId));
  }

  #operation(action: AtOnce | Action): Operation | null {
    const { slots } = this.#world.model;
    const versions = [...slots].flatMap(([slot, row]) =>
      [...row.versions.values()].map((version) => ({ slot, version, head: row.head })),
    );
    const names = [...slots.keys()];
    const device = id(9, 'device');
    switch (action.do) {
      case 'announce':
        return this.#at(action.at).announcement(action.side);
      case 'confirm':
      case 'cancel': {
        const { upload } = this.#at(action.at);
        return upload === null ? null : { kind: action.do, uploadId: upload.signed.upload_id };
      }
      case 'resolve': {
        const sides = versions.filter(({ version }) => version.side);
        const open = sides.filter(({ version }) => isOpen(version));
        // Now and then one that is decided.
        const from = action.which < 7 ? open : sides;
        const chosen = from[action.which % from.length];
        if (chosen === undefined) return null;
        const into = action.keep === 'both' && action.into !== null ? SLOTS[action.into % SLOTS.length]! : null;
        const head = action.seen ? chosen.head : (chosen.head ?? 0) + 1;
        const { slot, version } = chosen;
        return { kind: 'resolve', device, slot, version: version.version, keep: action.keep, head, into };
      }
      case 'restore': {
        const slot = names[action.slot % names.length];
        if (slot === undefined) return null;
        const own = versions.filter((row) => row.slot === slot);
        const version = action.version === null ? null : (own[action.version % own.length]?.version.version ?? null);
        const current = slots.get(slot)?.head ?? null;
        return { kind: 'restore', device, slot, version, head: action.seen ? current : (current ?? 0) + 1 };
      }
      case 'pin':
      case 'delete version': {
        const chosen = versions[action.version % versions.length];
        if (chosen === undefined) return null;
        const of = { slot: chosen.slot, version: chosen.version.version };
        return action.do === 'pin' ? { kind: 'pin', ...of, pinned: action.pinned } : { kind: 'delete version', ...of };
      }
      case 'delete slot': {
        const slot = names[action.slot % names.length];
        if (slot === undefined) return null;
        const ifMatch = action.slot < 5 ? (slots.get(slot)?.head ?? null) : null;
        return { kind: 'delete slot', slot, permanently: action.permanently, ifMatch };
      }
      default:
        throw new TypeError(`${action.do} is not asked of the service`);
    }
  }

  #at({ device, slot }: Place): Launcher {
    const key = `${device} ${slot}`;
    const launcher = this.#launchers.get(key) ?? new Launcher(id(device + 1, 'device'), SLOTS[slot % SLOTS.length]!);
    this.#launchers.set(key, launcher);
    return launcher;
  }
}
