import type { BlockList } from 'node:net';
import { LRUCache } from 'lru-cache';
import { isIn, networkList, networkOf, plainAddress } from './network.ts';

/**
 * The network that a request comes from, as it is counted; null: it comes from this very machine, or nobody knows.
 *
 * @param forwardedFor the header `X-Forwarded-For`: the addresses that each proxy saw, the last one's last
 */
export type NetworkOfClient = (remote: string | undefined, forwardedFor: string | undefined) => string | null;

export interface ProxyRules {
  /** Networks, separated by commas; null: nobody is believed. */
  readonly trustedProxies: string | null;
  /** Told of the first `X-Forwarded-For` of somebody who is not believed: a proxy that was forgotten, or a liar. */
  readonly notBelieved: (remote: string) => void;
}

/** Peers and headers that were looked at lately. They repeat with every request of a connection. */
const REMEMBERED = 20_000;
const LOOPBACK = networkList('127.0.0.0/8,::1');
/** Some proxies write the port, too. */
const WITH_PORT = /^(?:\[([0-9A-Fa-f:.]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d{1,5})?$/;
const LONGEST_HEADER = 1000;

interface Peer {
  readonly network: string | null;
  readonly isTrusted: boolean;
}

/**
 * Who believes a header of anybody is limited by nothing: every request would name another address. So of the addresses in
 * `X-Forwarded-For` only those count that trusted proxies wrote: from the right, the first one that is no such proxy itself.
 *
 * @throws RangeError when `trustedProxies` are no networks
 */
export function clientNetworks({ trustedProxies, notBelieved }: ProxyRules): NetworkOfClient {
  const trusted = trustedProxies === null ? null : networkList(trustedProxies);
  const peers = new LRUCache<string, Peer>({ max: REMEMBERED });
  const chains = new LRUCache<string, { readonly network: string | null }>({ max: REMEMBERED });
  let told = false;

  function peerOf(remote: string): Peer {
    const known = peers.get(remote);
    if (known !== undefined) return known;
    const address = plainAddress(remote);
    const peer = {
      network: address === null ? null : counted(address),
      isTrusted: address !== null && trusted !== null && isIn(trusted, address),
    };
    peers.set(remote, peer);
    return peer;
  }

  return (remote, forwardedFor) => {
    if (remote === undefined) return null;
    const peer = peerOf(remote);
    if (forwardedFor === undefined) return peer.network;
    if (!peer.isTrusted || trusted === null) {
      if (!told) notBelieved(remote);
      told = true;
      return peer.network;
    }
    const key = `${remote} ${forwardedFor}`;
    const known = chains.get(key);
    if (known !== undefined) return known.network;
    const network = firstUntrusted(trusted, peer.network, forwardedFor);
    if (key.length <= LONGEST_HEADER) chains.set(key, { network });
    return network;
  };
}

/** What is no address was not written by a proxy that knows its peer: whoever handed it on is counted instead. */
function firstUntrusted(trusted: BlockList, peer: string | null, forwardedFor: string): string | null {
  let network = peer;
  let end = forwardedFor.length;
  while (end > 0) {
    const comma = forwardedFor.lastIndexOf(',', end - 1);
    const entry = forwardedFor.slice(comma + 1, end).trim();
    const port = WITH_PORT.exec(entry);
    const address = plainAddress(port?.[1] ?? port?.[2] ?? entry);
    if (address === null) return network;
    network = counted(address);
    if (!isIn(trusted, address)) return network;
    end = comma;
  }
  return network;
}

function counted(address: string): string | null {
  return isIn(LOOPBACK, address) ? null : networkOf(address);
}
