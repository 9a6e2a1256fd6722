import type { Endpoint } from '../../core/ports/endpoint.ts';
import { httpEndpoint } from './http.ts';
import { tcpEndpoint } from './tcp.ts';

export { problems } from './problems.ts';
export { targetEndpoint } from './target.ts';

/** An endpoint as the configuration declares it. The address is the operator's word: it may be in any network. */
export type EndpointAddress =
  | {
      readonly kind: 'http';
      readonly url: string;
      /** The status that counts; any of 200 to 299 when absent. */
      readonly status?: number;
      /** PEM text of the authority that signed its certificate; the system's when absent. */
      readonly ca?: string;
    }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Nothing is connected before the first check, and nothing stays open after one. */
export function connect(address: EndpointAddress, timeoutMs: number): Endpoint {
  return address.kind === 'http'
    ? httpEndpoint(address, timeoutMs)
    : tcpEndpoint(address, timeoutMs);
}
