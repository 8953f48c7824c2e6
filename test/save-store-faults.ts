import type { SaveStore } from '../lib/ports/save-store.ts';
import type { Fault, Faults } from './memory-save-store.ts';

/** The store is away, for good. */
export const AWAY: Faults = () => 'not done';

/** Only the n-th call of the method (from 1 on; any method: null) goes wrong. */
export function failingCall(n: number, method: keyof SaveStore | null, fault: Fault): Faults {
  let calls = 0;
  return (called) => {
    if (method !== null && called !== method) return null;
    calls += 1;
    return calls === n ? fault : null;
  };
}
