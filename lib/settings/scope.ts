/** Where settings hold that all devices share. No device's id can be it. */
export const ALL = 'all';

/** Where settings hold, as it is stored. */
export function scopeOf(deviceId: string | null): string {
  return deviceId === null ? ALL : deviceId.toLowerCase();
}
