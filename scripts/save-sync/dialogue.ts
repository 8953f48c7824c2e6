import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import type { OtherDevices, SaveVersion } from '../../lib/contract/savegames.ts';
import type { Choice, Conflict } from './sync-ports.ts';

const CHOICES: Readonly<Record<string, Choice>> = { l: 'local', c: 'cloud', b: 'both' };

/** What somebody has to see to decide. */
export function describeConflict({ local, cloud }: Conflict): string {
  return [
    'The save here and the one in the cloud were both changed; neither knows of the other.',
    `  local  ${sizeText(local.sizeBytes)}, saved ${timeText(local.savedAt)}`,
    `  cloud  ${cloud === null ? 'deleted' : describeVersion(cloud)}`,
  ].join('\n');
}

export function describeVersion({ version, size_bytes, device_id, client_saved_at, created_at }: SaveVersion): string {
  const saved = timeText(Date.parse(client_saved_at ?? created_at));
  return `${sizeText(size_bytes)}, saved ${saved} (version ${version}, device ${device_id})`;
}

/**
 * Asks in the terminal. Null: later, also when the terminal is closed.
 *
 * @throws AbortError when the signal comes before the answer, as Ctrl-C makes it
 */
export async function askInTerminal(conflict: Conflict, signal: AbortSignal): Promise<Choice | null> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // The terminal would keep it to itself.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = once(terminal, 'close').then(() => 'n');
  try {
    console.log(describeConflict(conflict));
    for (;;) {
      const question = 'Keep [l]ocal, [c]loud, [b]oth (the other one in a slot of its own), or decide [n]ot now? ';
      const text = await Promise.race([terminal.question(question, { signal }), closed]);
      const answer = text.trim().toLowerCase().charAt(0);
      if (answer === 'n') return null;
      const choice = CHOICES[answer];
      if (choice !== undefined) return choice;
    }
  } catch (error) {
    // Ctrl-D.
    if (!signal.aborted && error instanceof Error && error.name === 'AbortError') return null;
    throw error;
  } finally {
    terminal.close();
  }
}

/** One line for each thing that another device is at: a save of it may be on its way. */
export function warningsOf({ uploads, live_sessions }: OtherDevices): readonly string[] {
  return [
    ...(live_sessions ?? []).map(
      ({ device_id, started_at }) =>
        `Warning: the game is being played on device ${device_id}, since ${timeText(Date.parse(started_at))}`,
    ),
    ...uploads.map(
      ({ device_id, slot, begun_at }) =>
        `Warning: device ${device_id} has not finished its upload to slot ${slot}, begun ${timeText(Date.parse(begun_at))}`,
    ),
  ];
}

function timeText(ms: number): string {
  return new Date(ms).toLocaleString('sv');
}

export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
