import { redisScript } from './redis-script.ts';

/*
 * A shard is one hash. Records are fields named by the 16 bytes of the user key; the lease lives beside them in fields
 * of one byte, which no user key can equal:
 *
 *   e  the epoch in force
 *   n  the number of the last commit applied in this epoch; RELEASED once its owner let go
 *   o  the owner, empty when released
 */
export const LEASE_FIELDS = 3;

/** No commit has a number above it: whatever is still on its way in a released epoch is refused. */
const RELEASED = String(Number.MAX_SAFE_INTEGER);

/** KEYS: the shard. ARGV: the owner. Returns the new epoch, and all fields and values of the hash. */
export const ACQUIRE = redisScript(`
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local stored = tonumber(redis.call('HGET', KEYS[1], 'e') or 0)
  local epoch = string.format('%.0f', math.max(stored + 1, now))
  redis.call('HSET', KEYS[1], 'e', epoch, 'n', '0', 'o', ARGV[1])
  return { epoch, redis.call('HGETALL', KEYS[1]) }
`);

/**
 * KEYS: the shards. ARGV, for each of them: epoch, number, how many arguments of puts and of removes follow, then these:
 * field, value, field, value … and field, field …. Returns for each shard 1 (applied), or the owner's name (refused).
 *
 * Redis runs a script to its end without a break and never half of it: before its first write it checks whether it may
 * write at all. Lua's unpack() takes a few thousand values, so records go in slices.
 */
export const COMMIT = redisScript(`
  local SLICE = 5000
  local call, ARGV = redis.call, ARGV
  local outcomes = {}
  local at = 1
  for shard = 1, #KEYS do
    local key, epoch, number = KEYS[shard], ARGV[at], ARGV[at + 1]
    local put = at + 4
    local remove = put + ARGV[at + 2]
    local beyond = remove + ARGV[at + 3]
    at = beyond
    local lease = call('HMGET', key, 'e', 'n')
    if lease[1] == epoch and tonumber(number) > tonumber(lease[2]) then
      call('HSET', key, 'n', number, unpack(ARGV, put, math.min(put + SLICE, remove) - 1))
      for from = put + SLICE, remove - 1, SLICE do
        call('HSET', key, unpack(ARGV, from, math.min(from + SLICE, remove) - 1))
      end
      for from = remove, beyond - 1, SLICE do
        call('HDEL', key, unpack(ARGV, from, math.min(from + SLICE, beyond) - 1))
      end
      outcomes[shard] = 1
    else
      outcomes[shard] = call('HGET', key, 'o') or ''
    end
  end
  return outcomes
`);

/** KEYS: the shard. ARGV: the epoch to let go of. */
export const RELEASE = redisScript(`
  if redis.call('HGET', KEYS[1], 'e') == ARGV[1] then
    redis.call('HSET', KEYS[1], 'n', '${RELEASED}', 'o', '')
  end
`);
