/**
 * A contraction takes away what an older release still uses: a column, a table, a null. Such a migration says in its name
 * since which release nothing uses it any more (`0042_contract_1_4_0_drop_notes`), so that a process of an older release,
 * which does not know the migration, can tell from the names in the database that this schema is no longer for it. What
 * other migrations of newer releases did is none of its business: they only add (`docs/upgrades.md`).
 */
import { isBefore } from '../release.ts';

const CONTRACTION = /^\d{4}_contract_(\d+)_(\d+)_(\d+)_/;

/** The oldest release that can work after this migration; null when every release can that could before. */
export function contractedFor(migration: string): string | null {
  const [, ...numbers] = CONTRACTION.exec(migration) ?? [];
  return numbers.length === 0 ? null : numbers.join('.');
}

/** The schema lacks what this release needs: a newer one has taken it away. */
export class SchemaTooNew extends Error {
  constructor(release: string, migration: string, needed: string) {
    super(
      `release ${release} cannot work on this schema: migration ${migration} left it to releases from ${needed} on`,
    );
    this.name = 'SchemaTooNew';
  }
}

/**
 * @param unknown the migrations in the database that this release does not have
 * @throws SchemaTooNew
 */
export function mustServe(release: string, unknown: readonly string[]): void {
  for (const migration of unknown) {
    const needed = contractedFor(migration);
    if (needed !== null && isBefore(release, needed)) throw new SchemaTooNew(release, migration, needed);
  }
}
