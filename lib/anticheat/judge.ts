import type { Finding } from './finding.ts';
import type { PlayHistory } from './play-history.ts';
import { clockwork, longDays, neverIdle, offlineFillsGaps, parallelGames } from './playtime-rules.ts';
import { THRESHOLDS } from './thresholds.ts';
import {
  progressTooFast,
  unlockBursts,
  unlocksAtFullPace,
  unlocksWithoutPlay,
  unlockTimesRefused,
} from './unlock-rules.ts';

/** Everything implausible about what a user did. Pure: the same history gives the same findings. */
export function judge(history: PlayHistory): readonly Finding[] {
  return JUDGES.flatMap((rule) => rule(history));
}

const JUDGES: readonly ((history: PlayHistory) => readonly Finding[])[] = [
  ...[longDays, parallelGames, offlineFillsGaps, neverIdle, clockwork],
  ...[unlockBursts, unlocksWithoutPlay, unlocksAtFullPace, progressTooFast, unlockTimesRefused],
  sharedDevices,
];

function sharedDevices({ devices }: PlayHistory): readonly Finding[] {
  return devices
    .filter(({ users }) => users >= THRESHOLDS.deviceUsers)
    .map(({ deviceId, users }) => ({
      rule: 'shared_device',
      severity: 'low',
      subject: `device ${deviceId}`,
      gameId: null,
      evidence: { device_id: deviceId, users, within_days: THRESHOLDS.deviceDays },
    }));
}
