import { sql, type Kysely } from 'kysely';

/**
 * What users achieved, and how many of a game's owners achieved it.
 *
 * - `user_achievements`: one row an unlock; its primary key is what makes an unlock happen once.
 * - `user_achievement_progress`: its row is the lock under which two devices report progress of the same achievement.
 * - `achievement_stats` and `game_owner_stats`: exact counters in 32 slots, moved in the transaction of what they count.
 *   Half of each page stays free: their updates are heap-only, and the few pages are vacuumed early.
 * - `achievement_audit_log`: every grant and every refusal, by month.
 *
 * Those who own games already are counted here. A node of the release before does not count what it grants: stop those
 * before this is applied.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE user_achievements (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      achievement_id text COLLATE "C" NOT NULL,
      unlocked_at timestamptz NOT NULL,
      recorded_at timestamptz NOT NULL,
      offline boolean NOT NULL,
      PRIMARY KEY (user_id, game_id, achievement_id)
    )`.execute(db);
  await sql`
    CREATE TABLE user_achievement_progress (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      achievement_id text COLLATE "C" NOT NULL,
      value bigint NOT NULL CHECK (value >= 0),
      recent_rises bigint[] NOT NULL DEFAULT '{}',
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id, achievement_id)
    ) WITH (fillfactor = 70)`.execute(db);
  await sql`
    CREATE TABLE achievement_stats (
      game_id uuid NOT NULL,
      achievement_id text COLLATE "C" NOT NULL,
      slot smallint NOT NULL,
      unlocked bigint NOT NULL,
      PRIMARY KEY (game_id, achievement_id, slot)
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`.execute(db);
  await sql`
    CREATE TABLE game_owner_stats (
      game_id uuid NOT NULL,
      slot smallint NOT NULL,
      owners bigint NOT NULL,
      PRIMARY KEY (game_id, slot)
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`.execute(db);
  // The slot as `lib/achievements/slots.ts` has it.
  await sql`
    INSERT INTO game_owner_stats (game_id, slot, owners)
    SELECT game_id, get_byte(uuid_send(user_id), 15) % 32, count(*)
    FROM user_libraries WHERE revoked_at IS NULL GROUP BY 1, 2`.execute(db);
  await sql`
    CREATE TABLE achievement_audit_log (
      user_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      occurred_at timestamptz NOT NULL,
      action text NOT NULL CHECK (action IN ('achievement.granted', 'achievement.refused')),
      actor_id uuid NOT NULL,
      actor_roles text[] NOT NULL,
      game_id uuid NOT NULL,
      achievement_id text NOT NULL,
      reason text,
      details jsonb NOT NULL DEFAULT '{}',
      PRIMARY KEY (user_id, entry_id, occurred_at)
    ) PARTITION BY RANGE (occurred_at)`.execute(db);
  await sql`CREATE TABLE achievement_audit_log_default PARTITION OF achievement_audit_log DEFAULT`.execute(db);
  // To find what somebody of the staff, who is to be erased, did to others' data.
  await sql`
    CREATE INDEX achievement_audit_log_actor ON achievement_audit_log (actor_id) WHERE actor_id <> user_id`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`
    DROP TABLE achievement_audit_log, game_owner_stats, achievement_stats, user_achievement_progress, user_achievements`.execute(
    db,
  );
}
