/** Reads /proc/net/ip_vs and its connection table: without a fork, and without tandem's own code. */

export interface TableServer {
  readonly address: string;
  readonly port: number;
  /** As `ipvsadm` prints it: Masq, Route, Tunnel. */
  readonly method: string;
  readonly weight: number;
  readonly active: number;
  readonly inactive: number;
}

export interface TableService {
  /** `TCP 172.25.254.100:80`, or `FWM 1`. */
  readonly name: string;
  readonly scheduler: string;
  /** `persistent 300`, `ops` … as printed after the scheduler. */
  readonly flags: string;
  readonly servers: readonly TableServer[];
}

export interface TableConnection {
  readonly protocol: string;
  /** `ADDRESS:PORT`. */
  readonly client: string;
  readonly virtual: string;
  readonly destination: string;
  readonly state: string;
}

/** The services of `/proc/net/ip_vs`. */
export function parseTable(text: string): TableService[] {
  const services: { name: string; scheduler: string; flags: string; servers: TableServer[] }[] = [];
  for (const line of text.split('\n').slice(3)) {
    const words = line.trim().split(/\s+/);
    if (line.startsWith('  ->')) {
      const [address = '', port = 0] = endpoint(words[1] ?? '');
      services.at(-1)?.servers.push({
        address,
        port,
        method: words[2] ?? '',
        weight: Number(words[3]),
        active: Number(words[4]),
        inactive: Number(words[5]),
      });
    } else if (words.length >= 3) {
      const [kind = '', where = '', scheduler = '', ...flags] = words;
      const name =
        kind === 'FWM'
          ? `FWM ${Number.parseInt(where, 16)}`
          : `${kind} ${endpoint(where).join(':')}`;
      services.push({ name, scheduler, flags: flags.join(' '), servers: [] });
    }
  }
  return services;
}

/** The connections of `/proc/net/ip_vs_conn` or `/proc/net/ip_vs_conn_sync`. */
export function parseConnections(text: string): TableConnection[] {
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const words = line.trim().split(/\s+/);
      const at = (i: number): string => {
        const [address] = endpoint(`${words[i]}:0000`);
        return `${address}:${Number.parseInt(words[i + 1] ?? '0', 16)}`;
      };
      return {
        protocol: words[0] ?? '',
        client: at(1),
        virtual: at(3),
        destination: at(5),
        state: words[7] ?? '',
      };
    });
}

/** `AC19FE64:0050` or `[2001:…]:0050`. */
function endpoint(text: string): [string, number] {
  const [, address = '', port = '0'] = /^(.*):([0-9A-Fa-f]+)$/.exec(text) ?? [];
  if (address.startsWith('[')) return [address, Number.parseInt(port, 16)];
  const bytes = address.match(/../g) ?? [];
  return [bytes.map((byte) => Number.parseInt(byte, 16)).join('.'), Number.parseInt(port, 16)];
}
