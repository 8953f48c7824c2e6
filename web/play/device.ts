/** Which device this tab plays on: one of its own, for as long as the tab is open. A window beside it is another one. */
const KEPT = 'library.play.device';

function keptDevice(): string {
  const kept = sessionStorage.getItem(KEPT);
  if (kept !== null) return kept;
  const made = crypto.randomUUID();
  sessionStorage.setItem(KEPT, made);
  return made;
}

export const DEVICE_ID = keptDevice();

/** What people tell devices apart by: the end of the id. */
export function deviceName(deviceId: string): string {
  return deviceId.slice(-4).toUpperCase();
}
