/** Names of the kernel's switches of IPVS (`net.ipv4.vs.*`, ipvs-sysctl.rst) that can be configured. */

/** The names that `lvs_sysctl` takes, with the number of numbers that each has. */
export const IPVS_SYSCTLS = {
  backup_only: 1,
  conn_reuse_mode: 1,
  conntrack: 1,
  expire_nodest_conn: 1,
  expire_quiescent_template: 1,
  schedule_icmp: 1,
  sloppy_sctp: 1,
  sloppy_tcp: 1,
  snat_reroute: 1,
  sync_persist_mode: 1,
  sync_ports: 1,
  sync_qlen_max: 1,
  sync_refresh_period: 1,
  sync_retries: 1,
  sync_sock_size: 1,
  sync_threshold: 2,
  sync_version: 1,
} as const;

export type IpvsSysctlName = keyof typeof IPVS_SYSCTLS;

/** What the configuration says: numbers as they are written to the kernel, or to leave it alone. */
export type SysctlWishes = Readonly<Partial<Record<IpvsSysctlName, string>>>;

/** The value that leaves a switch as the kernel has it. */
export const KEEP = 'keep';
