import { BlockList, isIP } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The address without its zone, and as IPv4 where IPv6 only carries it; null when it is none. */
export function plainAddress(text: string): string | null {
  const zone = text.indexOf('%');
  const address = zone < 0 ? text : text.slice(0, zone);
  if (isIP(address) === 0) return null;
  return MAPPED.exec(address)?.[1] ?? address;
}

/**
 * What is counted together: an IPv4 address, or the /64 of an IPv6 one, of which a single line at home has all 2^64.
 *
 * @param address as {@link plainAddress} gives it
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [left = '', right] = address.toLowerCase().split('::');
  const head = groupsOf(left);
  const tail = right === undefined ? [] : groupsOf(right);
  const zeros = right === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...new Array<string>(zeros).fill('0'), ...tail];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

/** An IPv4 address at the end stands for two groups; which ones does not matter here, for it is never in the first four. */
function groupsOf(part: string): string[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}

/**
 * The networks of a list such as `10.0.0.0/8,fd00::1`, to look addresses up in.
 *
 * @throws RangeError naming what is no network
 */
export function networkList(text: string): BlockList {
  const list = new BlockList();
  for (const entry of text.split(',')) {
    const [address = '', length] = entry.trim().split('/');
    const version = isIP(address);
    const bits = length === undefined ? (version === 4 ? 32 : 128) : Number(length);
    if (version === 0 || bits > (version === 4 ? 32 : 128)) throw new RangeError(`${entry} is no network`);
    list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** @param address as {@link plainAddress} gives it */
export function isIn(list: BlockList, address: string): boolean {
  return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}
