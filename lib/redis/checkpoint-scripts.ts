import { redisScript } from './redis-script.ts';

/*
 * A shard is one hash. Records are fields named by the 16 bytes of the user key; what guards them lies beside them in
 * fields of one byte, which no user key can equal:
 *
 *   l  the lease: the epoch in force and the number of the last commit applied in it, each of 16 decimal digits, so
 *      that one read and one comparison of strings decide whether a commit may be applied
 *   o  the owner, empty when released
 */
export const GUARD_FIELDS = 2;

const DIGITS = 16;

/** The value of `l` after the commit `number` of `epoch`. Both are safe integers: of 16 digits at most. */
export function lease(epoch: number, number: number): string {
  return String(epoch).padStart(DIGITS, '0') + String(number).padStart(DIGITS, '0');
}

export function epochOf(lease: string): number {
  return Number(lease.slice(0, DIGITS));
}

/** KEYS: the shard. ARGV: the owner. Returns the new epoch, and all fields and values of the hash. */
export const ACQUIRE = redisScript(`
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local stored = redis.call('HGET', KEYS[1], 'l')
  local last = stored and tonumber(string.sub(stored, 1, ${DIGITS})) or 0
  local epoch = string.format('%0${DIGITS}.0f', math.max(last + 1, now))
  redis.call('HSET', KEYS[1], 'l', epoch .. '${'0'.repeat(DIGITS)}', 'o', ARGV[1])
  return { epoch, redis.call('HGETALL', KEYS[1]) }
`);

/**
 * KEYS: the shards. ARGV, for each of them: the lease as it will be, how many arguments of puts and of removes follow,
 * then these: field, value, field, value … and field, field …. Returns for each shard 1 (applied), or the owner's name
 * (refused).
 *
 * Redis runs a script to its end without a break and never half of it: before its first write it checks whether it may
 * write at all. Lua's unpack() takes a few thousand values, so records go in slices.
 */
export const COMMIT = redisScript(`
  local SLICE = 5000
  local call, sub, unpack, ARGV = redis.call, string.sub, unpack, ARGV
  local outcomes = {}
  local at = 1
  for shard = 1, #KEYS do
    local key, lease = KEYS[shard], ARGV[at]
    local put = at + 3
    local remove = put + ARGV[at + 1]
    local beyond = remove + ARGV[at + 2]
    at = beyond
    local stored = call('HGET', key, 'l')
    if stored and stored < lease and sub(stored, 1, ${DIGITS}) == sub(lease, 1, ${DIGITS}) then
      call('HSET', key, 'l', lease, unpack(ARGV, put, math.min(put + SLICE, remove) - 1))
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

/**
 * KEYS: the shard. ARGV: the highest lease of the epoch to let go of; no commit is above it, so whatever is still on its
 * way is refused.
 */
export const RELEASE = redisScript(`
  local stored = redis.call('HGET', KEYS[1], 'l')
  if stored and string.sub(stored, 1, ${DIGITS}) == string.sub(ARGV[1], 1, ${DIGITS}) then
    redis.call('HSET', KEYS[1], 'l', ARGV[1], 'o', '')
  end
`);
