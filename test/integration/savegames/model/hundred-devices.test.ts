import { beforeEach, expect, it } from '@jest/globals';
import type { SaveVersion } from '../../../../lib/contract/savegames.ts';
import { downloadUrl } from '../../../../lib/savegames/download.ts';
import { onEachDatabase } from '../../../databases.ts';
import type { Content } from '../../../memory-save-store.ts';
import { newContent, refusalOf, Saver, signed, SLOT, type Device } from '../../../saver.ts';

const DEVICES = 100;
/** One session takes them one by one. */
const ROUNDS = { postgresql: 3, pglite: 2 };
const BYTES = 1000;

interface Racer {
  readonly device: Device;
  readonly content: Content;
}

/** What a 409 says. */
interface Conflict {
  readonly reason: string;
  readonly cloud: SaveVersion;
  readonly local: SaveVersion;
  readonly base_version: number | null;
  readonly choices: readonly string[];
}

onEachDatabase('a hundred devices that race for one slot', (database) => {
  let saver: Saver;
  beforeEach(async () => {
    saver = await Saver.of(database());
    // Else the side versions of a round would push the head before them out of the newest ones.
    saver.rules = { ...saver.rules, keepVersions: 1000 };
  });

  /** All of them announce upon the same base, upload, and confirm, at once. Returns who won. */
  const race = async (racers: readonly Racer[], base: number | null): Promise<{ winner: Racer; version: number }> => {
    const uploads = await Promise.all(
      racers.map(({ device, content }) => device.upload({ content, base_version: base })),
    );
    const confirmed = await Promise.all(
      racers.map(async ({ device }, n) => {
        let reply: Awaited<ReturnType<Device['confirm']>> | null = null;
        const refusal = await refusalOf(device.confirm(uploads[n]!).then((answer) => void (reply = answer)));
        return { reply: reply as Awaited<ReturnType<Device['confirm']>> | null, refusal };
      }),
    );
    const won = confirmed.findIndex(({ reply }) => reply !== null);
    const version = confirmed[won]!.reply!.version;
    expect(version).toMatchObject({ state: 'head', base_version: base, sha256: racers[won]?.content.sha256 });
    const told = confirmed.flatMap(({ refusal }, n) => (refusal === null ? [] : [{ refusal, racer: racers[n]! }]));
    expect(told).toHaveLength(DEVICES - 1);
    for (const { refusal, racer } of told) {
      expect(refusal.type).toBe('SAVEGAME_CONFLICT');
      mustTellAll(refusal.data as Conflict, racer, version, base);
    }
    return { winner: racers[won]!, version: version.version };
  };

  const mustTellAll = (conflict: Conflict, racer: Racer, head: SaveVersion, base: number | null): void => {
    expect(conflict).toMatchObject({
      reason: base === null ? 'no_baseline' : 'head_moved',
      cloud: head,
      local: {
        state: 'conflict',
        settled_as: null,
        available: true,
        base_version: base,
        sha256: racer.content.sha256,
        size_bytes: BYTES,
        device_id: racer.device.deviceId,
      },
      base_version: base,
      choices: ['local', 'cloud', 'both'],
    });
    expect(Date.parse(conflict.local.kept_until ?? '')).toBe(saver.now + saver.rules.sideRetentionDays * 86_400_000);
  };

  const mustDownload = async (version: number, content: Content): Promise<void> => {
    const body = { game_id: saver.gameId, slot: SLOT, version };
    const { get } = await downloadUrl(saver.context(), body);
    expect(saver.store.send(signed(get)).content?.bytes?.equals(content.bytes!)).toBe(true);
  };

  it('has one winner a round, a 409 with all that is needed for everybody else, and loses no save', async () => {
    const rounds = ROUNDS[database().kind];
    const devices = Array.from({ length: DEVICES }, () => saver.device());
    const contents = new Map<string, Content>();
    const line: (number | null)[] = [null];
    for (let round = 1; round <= rounds; round += 1) {
      const base = line.at(-1) ?? null;
      const racers = devices.map((device) => ({ device, content: newContent(BYTES) }));
      for (const { content } of racers) contents.set(content.sha256, content);
      const { version } = await race(racers, base);
      line.push(version);
      expect(await saver.head()).toBe(version);
      // Whoever comes later is refused before anything is uploaded, and nothing is reserved for it.
      const late = await Promise.all(
        devices.map((device) => refusalOf(device.announce({ content: newContent(BYTES), base_version: base }))),
      );
      for (const refusal of late) {
        expect(refusal).toMatchObject({
          type: 'SAVEGAME_CONFLICT',
          data: { cloud: { version }, local: { version: null } },
        });
      }
      expect(await saver.account()).toEqual({ stored: BYTES * DEVICES * round, reserved: 0 });
      saver.now += 1000;
    }

    const versions = await saver.versions();
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: DEVICES * rounds }, (_, n) => n + 1));
    const heads = versions.filter(({ side }) => !side);
    expect(heads.map(({ version, base_version }) => [base_version, version])).toEqual(
      line.slice(1).map((version, n) => [line[n], version]),
    );
    // One open side version a device, of its last defeat; those before are folded, and still there.
    const open = versions.filter(({ side, settled_as }) => side && settled_as === null);
    expect(new Set(open.map(({ device_id }) => device_id)).size).toBe(open.length);
    expect(versions.filter(({ settled_as }) => settled_as === 'folded').length).toBe(
      versions.length - heads.length - open.length,
    );

    const rows = await saver.db
      .selectFrom('savegame_objects')
      .select(['object_id', 'sha256'])
      .where('user_id', '=', saver.userId)
      .execute();
    const sha256 = new Map(rows.map((row) => [row.object_id, row.sha256.toString('hex')]));
    expect(new Set(sha256.values())).toEqual(new Set(contents.keys()));
    for (const { version, object_id } of versions) {
      await mustDownload(version, contents.get(sha256.get(object_id) ?? '')!);
    }
    expect(saver.store.sizeBytes()).toBe(BYTES * DEVICES * rounds);
    expect((await saver.events()).length).toBe(DEVICES * rounds);
    await saver.mustAddUp();
  }, 120_000);
});
