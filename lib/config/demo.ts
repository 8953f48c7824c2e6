import type { Config } from './config.ts';

/** Whether this process puts the sample catalogue and the demo's users in place. */
export function loadsDemoData({ node, postgres }: Pick<Config, 'node' | 'postgres'>): boolean {
  return node.demoData === 'always' || (node.demoData === 'auto' && postgres.dsn === null);
}

/**
 * Whether this is a product for trying out: there are the demo's users, and tokens are signed with a key that is shared.
 * Only then there is `/play`, and anybody gets a token of one of the demo's accounts.
 */
export function isDemo(config: Pick<Config, 'node' | 'postgres' | 'auth'>): boolean {
  return loadsDemoData(config) && config.auth.devKey !== null;
}
